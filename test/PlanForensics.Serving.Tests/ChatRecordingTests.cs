using System.Runtime.CompilerServices;
using FluentAssertions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PlanForensics.Contracts;
using PlanForensics.Extensions;
using PlanForensics.Store;
using Xunit;

namespace PlanForensics.Serving.Tests;

/// <summary>The package PlanForensics.Extensions, in front of a client whose answers are made up.</summary>
public sealed class ChatRecordingTests : IDisposable
{
    private static readonly ChatMessage[] Messages = [new(ChatRole.System, "Be brief."), new(ChatRole.User, "Why?")];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_effective_request_is_what_reaches_the_client_after_all_others(bool streams)
    {
        await using ServiceProvider services = Services(new FakeClient(), builder => builder
            .ConfigureOptions(options => options.Temperature = 0.7f)
            .Use((messages, options, next, cancellation) => next([.. messages, new ChatMessage(ChatRole.User, "Because.")], options, cancellation))
            .UsePlanForensics(new ChatRecordingOptions { RequestIds = () => "r1", Replica = "a" }));
        string said = await AskAsync(services, streams, new ChatOptions { MaxOutputTokens = 9, Seed = 4, StopSequences = ["."] });

        said.Should().Be("one two");
        ExecutionContract recorded = await CloseAsync(services, "r1");
        recorded.Request.EffectivePrompt.Should().Be("system: Be brief.\nuser: Why?\nuser: Because.", "another client added a message on the way");
        recorded.Request.SystemMessage.Should().Be("Be brief.");
        recorded.Request.Decode.Should().Be(new DecodeConfiguration { Temperature = 0.7, MaxTokens = 9, Seed = 4, Stop = ["."] }, "0.7f is the decimal that was written");
        recorded.Request.IsExact.Should().BeFalse("a client does not see the tokens");
        recorded.Model.Name.Should().Be("fake-1");
        recorded.Replica.Should().Be("a");
        recorded.FinishReason.Should().Be("length");
        recorded.CompletedAt.Should().NotBeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_inner_client_that_runs_the_model_says_more(bool streams)
    {
        var client = new FakeClient
        {
            Asked = () =>
            {
                ChatRecording recording = ChatRecording.Current!;
                recording.Refine(x => x with { EffectiveTokenIds = [7, 8], Approximation = null }, new ModelIdentity { Name = "own" });
                RequestRecording steps = recording.Begin()!;
                steps.Step(new StepState { StepIndex = 0, Phase = Plans.ExecutionPhase.Prefill, Shape = new StepShape { QueryLength = 2, KeyLength = 2 } }, new StepObservation { ChosenToken = 3 });
                recording.Invoking(late => late.Refine(x => x)).Should().Throw<InvalidOperationException>("x is final once it is recorded");
            },
            Told = () => ChatRecording.Current.Should().NotBeNull("the recording flows to every step of a stream"),
        };
        await using ServiceProvider services = Services(client, builder => builder.UsePlanForensics(new ChatRecordingOptions { RequestIds = () => "r1" }));
        await AskAsync(services, streams);

        ChatRecording.Current.Should().BeNull("nothing is left behind");
        ExecutionContract recorded = await CloseAsync(services, "r1");
        recorded.Request.EffectiveTokenIds.Should().Equal(7, 8);
        recorded.Request.IsExact.Should().BeTrue();
        recorded.Model.Name.Should().Be("own");
        recorded.Steps.Should().ContainSingle().Which.Observation.ChosenToken.Should().Be(3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Errors_and_cancellations_are_told_apart(bool streams)
    {
        int count = 0;
        var client = new FakeClient();
        await using ServiceProvider services = Services(client, builder => builder.UsePlanForensics(new ChatRecordingOptions { RequestIds = () => $"r{++count}" }));
        client.Asked = () => throw new HttpRequestException("down");
        await FluentActions.Awaiting(() => AskAsync(services, streams)).Should().ThrowAsync<HttpRequestException>();
        client.Asked = () => throw new OperationCanceledException();
        await FluentActions.Awaiting(() => AskAsync(services, streams)).Should().ThrowAsync<OperationCanceledException>();
        client.Asked = null;
        await foreach (ChatResponseUpdate _ in services.GetRequiredService<IChatClient>().GetStreamingResponseAsync(Messages))
            break;

        (await CloseAsync(services, "r1")).FinishReason.Should().Be("error");
        using ContractStore store = ContractStore.Open(_folder.File(), ContractStoreMode.ReadOnly);
        store.Get("r2").FinishReason.Should().Be("cancelled");
        store.Get("r3").FinishReason.Should().Be("cancelled", "whoever leaves a stream before its end cancels it");
    }

    [Fact]
    public async Task What_is_recorded_can_be_redacted()
    {
        var redaction = new ContractRedaction(new byte[32], "k1");
        await using ServiceProvider services = Services(new FakeClient(), builder => builder.UsePlanForensics(new ChatRecordingOptions
        {
            RequestIds = () => "r1",
            Redact = x => x with { EffectivePrompt = null, EffectivePromptHash = redaction.HashText(x.EffectivePrompt!), SystemMessage = null, SystemMessageHash = null },
        }));
        await AskAsync(services, false);

        ExecutionContract recorded = await CloseAsync(services, "r1");
        recorded.Request.EffectivePrompt.Should().BeNull();
        recorded.Request.EffectivePromptHash!.IsKeyed.Should().BeTrue();
        string.Concat(File.ReadAllBytes(_folder.File()).Select(one => (char)one)).Should().NotContain("Be brief", "nothing of the text is in the file").And.Contain("r1");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_recorder_that_fails_costs_no_answer_unless_that_is_asked_for(bool fails)
    {
        var recorder = Recorder.Start(_folder.File("other.db"), new RecorderOptions { WhenFull = QueueFullPolicy.DropAndCount });
        recorder.Dispose();
        using IChatClient client = new FakeClient().AsBuilder().UsePlanForensics(new ChatRecordingOptions { FailsWithRecorder = fails }, recorder).Build();
        Func<Task<ChatResponse>> ask = () => client.GetResponseAsync(Messages);

        if (fails)
            await ask.Should().ThrowAsync<ObjectDisposedException>();
        else
            (await ask()).Text.Should().Be("one two");
    }

    [Fact]
    public async Task A_host_opens_the_recorder_as_it_starts_and_flushes_it_as_it_ends()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddPlanForensics(_folder.File(), QueueFullPolicy.Block, options => options with { BatchInterval = TimeSpan.FromMinutes(10) });
        using (IHost host = builder.Build())
        {
            File.Exists(_folder.File()).Should().BeFalse();
            await host.StartAsync();
            File.Exists(_folder.File()).Should().BeTrue();
            host.Services.GetRequiredService<Recorder>().Begin("r1", new ModelIdentity { Name = "m" }, EffectiveRequest.FromTokenIds([1])).Complete("stop");
            await host.StopAsync();
        }

        using ContractStore store = ContractStore.Open(_folder.File(), ContractStoreMode.ReadOnly);
        store.Get("r1").FinishReason.Should().Be("stop");
    }

    [Fact]
    public async Task A_host_whose_store_cannot_be_opened_does_not_start()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddPlanForensics(Path.Combine(_folder.File("missing"), "x.db"), QueueFullPolicy.Block);
        using IHost host = builder.Build();

        await host.Awaiting(started => started.StartAsync()).Should().ThrowAsync<ContractStoreException>();
    }

    [Fact]
    public void Mistakes_are_told_where_they_are_made()
    {
        var services = new ServiceCollection();
        services.AddPlanForensics(_folder.File(), QueueFullPolicy.Block);
        services.Invoking(twice => twice.AddPlanForensics(_folder.File(), QueueFullPolicy.Block)).Should().Throw<InvalidOperationException>().WithMessage("*once*");
        new FakeClient().AsBuilder().UsePlanForensics().Invoking(builder => builder.Build()).Should().Throw<InvalidOperationException>().WithMessage("*AddPlanForensics*");
    }

    private ServiceProvider Services(IChatClient client, Func<ChatClientBuilder, ChatClientBuilder> pipeline)
    {
        var services = new ServiceCollection();
        services.AddPlanForensics(_folder.File(), QueueFullPolicy.Block);
        pipeline(services.AddChatClient(client));
        return services.BuildServiceProvider();
    }

    private static async Task<string> AskAsync(ServiceProvider services, bool streams, ChatOptions? options = null)
    {
        IChatClient client = services.GetRequiredService<IChatClient>();
        return streams
            ? (await client.GetStreamingResponseAsync(Messages, options).ToChatResponseAsync()).Text
            : (await client.GetResponseAsync(Messages, options)).Text;
    }

    private async Task<ExecutionContract> CloseAsync(ServiceProvider services, string request)
    {
        await services.GetRequiredService<Recorder>().DisposeAsync();
        using ContractStore store = ContractStore.Open(_folder.File(), ContractStoreMode.ReadOnly);
        return store.Get(request);
    }

    private sealed class FakeClient : IChatClient
    {
        public Action? Asked { get; set; }

        public Action? Told { get; set; }

        public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Asked?.Invoke();
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, "one");
            await Task.Yield();
            Told?.Invoke();
            yield return new ChatResponseUpdate(ChatRole.Assistant, " two") { FinishReason = ChatFinishReason.Length };
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("fake", null, "fake-1") : null;

        public void Dispose()
        {
        }
    }
}
