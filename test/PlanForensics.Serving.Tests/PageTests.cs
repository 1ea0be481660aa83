using System.Text.RegularExpressions;
using FluentAssertions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PlanForensics.Contracts;
using PlanForensics.Extensions;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Store;
using Xunit;

namespace PlanForensics.Serving.Tests;

/// <summary>What docs/serving.md shows as C# stands here, where it is compiled and run.</summary>
public sealed class PageTests : IDisposable
{
    private static readonly string[] Folder = [Repository.Root, "docs", "serving.md"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_block_of_the_page_is_a_part_of_this_file()
    {
        string own = Squeeze(File.ReadAllText(Path.Combine(Repository.Root, "test", "PlanForensics.Serving.Tests", "PageTests.cs")).Replace("_folder.File()", "\"serving.db\"", StringComparison.Ordinal));
        string[] blocks = [.. Regex.Matches(File.ReadAllText(Path.Combine(Folder)), "```csharp\n(.*?)```", RegexOptions.Singleline).Select(block => block.Groups[1].Value)];

        blocks.Should().HaveCount(3);
        foreach (string block in blocks)
            own.Should().Contain(Squeeze(block));
        own.Should().NotContain(Squeeze(blocks[0] + "builder.Services.AddSomethingElse();"));
    }

    [Fact]
    public void The_host_and_the_pipeline_are_put_together_as_shown()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        IChatClient client = new Silent();

        builder.Services.AddPlanForensics(_folder.File(), QueueFullPolicy.DropAndCount);
        builder.Services.AddChatClient(client).UsePlanForensics();

        using IHost host = builder.Build();
        host.Services.GetRequiredService<IChatClient>().GetService<RecordingChatClient>().Should().NotBeNull();
    }

    [Fact]
    public async Task An_inner_client_says_more_as_shown()
    {
        int[] numbers = [4, 5];
        ValueList<int> tokens = ValueList.Create<int>(numbers);
        var weights = new ModelIdentity { Name = "m" };
        using (Recorder recorder = Recorder.Start(_folder.File(), new RecorderOptions { WhenFull = QueueFullPolicy.Block }))
        {
            using IChatClient pipeline = new Silent { Asked = Say }.AsBuilder().UsePlanForensics(new ChatRecordingOptions { RequestIds = () => "r1" }, recorder).Build();
            await pipeline.GetResponseAsync("Why?");
        }

        using ContractStore store = ContractStore.Open(_folder.File(), ContractStoreMode.ReadOnly);
        store.Get("r1").Request.EffectiveTokenIds.Should().Equal(4, 5);

        void Say()
        {
            ChatRecording recording = ChatRecording.Current!;
            recording.Refine(x => x with { EffectiveTokenIds = tokens, Approximation = null }, weights);
            RequestRecording? steps = recording.Begin();
            steps.Should().NotBeNull();
        }
    }

    [Fact]
    public void A_step_is_recorded_as_shown()
    {
        string id = "r1";
        var weights = new ModelIdentity { Name = "m" };
        int[] tokens = [1, 2];
        var decode = new DecodeConfiguration { Temperature = 0 };
        float[] logits = [0, 3, 1];
        int token = 1;
        var baseline = new StepState { StepIndex = 0, Phase = ExecutionPhase.Decode, Shape = new StepShape { QueryLength = 1, KeyLength = 1, Heads = 8 } };
        using (Recorder recorder = Recorder.Start(_folder.File(), new RecorderOptions { WhenFull = QueueFullPolicy.Block }))
        {
            RequestRecording request = recorder.Begin(id, weights, EffectiveRequest.FromTokenIds(tokens, decode));
            request.Step(
                baseline,
                new StepSample { StepIndex = 3, Phase = ExecutionPhase.Decode, QueryLength = 1, KeyLength = 12, BatchSize = 8, BatchTokens = 8, FirstRow = 5, ChosenToken = token },
                new StepLogits(logits, NumericFormat.Bf16, topK: 5));
            request.Complete("stop");
        }

        using ContractStore store = ContractStore.Open(_folder.File(), ContractStoreMode.ReadOnly);
        ContractStep step = store.Get(id).Steps.Should().ContainSingle().Subject;
        (step.State.FirstRow, step.State.Shape.Heads, step.Observation.Top1!.Token, step.Observation.TopK!.Count).Should().Be((5, 8, 1, 3));
    }

    private static string Squeeze(string code) => Regex.Replace(code, @"\s+", " ").Trim();

    private sealed class Silent : IChatClient
    {
        public Action? Asked { get; init; }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Asked?.Invoke();
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "")));
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
