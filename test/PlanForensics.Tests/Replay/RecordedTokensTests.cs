using System.Text.Json;
using FluentAssertions;
using PlanForensics.Kernels.Reference;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using Xunit;

namespace PlanForensics.Tests.Replay;

public sealed class RecordedTokensTests
{
    [Theory]
    [InlineData("stories260k_f32_flip_b", "stories260K-hf", 12)]
    [InlineData("stories260k_f32_flip_a", "stories260K-hf", 12)]
    public void A_plain_plan_gives_the_tokens_that_PyTorch_gave(string incident, string model, int steps)
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(SharedData.PathOf("incidents", incident, "manifest.json")));
        int[] prompt = [.. manifest.RootElement.GetProperty("prompts")[0].EnumerateArray().Select(id => id.GetInt32())];
        int[] tokens = [.. manifest.RootElement.GetProperty("runs")[0].GetProperty("tokens_row0").EnumerateArray().Select(id => id.GetInt32())];
        var replay = new ReplayModel(DecoderModel.Load(SharedData.PathOf("models", model)));
        var engine = new CpuReplayEngine(ReferenceKernels.Instance);
        ExecutionPlan plan = PlanCatalog.Uniform(new GemmPlan(), NumericFormat.Fp32);
        Greedy(engine, replay, plan, prompt, steps).Should().Equal(tokens.Take(steps));
    }

    private static List<int> Greedy(CpuReplayEngine engine, ReplayModel model, ExecutionPlan plan, int[] prompt, int steps)
    {
        var sequence = new ReplaySequence(model.Configuration);
        var tokens = new List<int>();
        int[] next = prompt;
        while (tokens.Count < steps)
        {
            ReplayStepResult result = engine.Run(model, new ReplayStep
            {
                Phase = tokens.Count == 0 ? ExecutionPhase.Prefill : ExecutionPhase.Decode,
                Plan = plan,
                Batch = [new SequenceTokens(sequence, next)],
            }, TestContext.Current.CancellationToken);
            tokens.Add(result.Tokens[0]);
            next = [result.Tokens[0]];
        }

        return tokens;
    }
}
