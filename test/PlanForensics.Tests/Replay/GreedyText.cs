using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Tests.Replay;

/// <summary>Greedy decoding for tests: a prefill, then one token at a time.</summary>
internal static class GreedyText
{
    public static List<int> Generate(IReplayEngine engine, ReplayModel model, ExecutionPlan plan, ReadOnlySpan<int> prompt, int tokens)
    {
        var sequence = new ReplaySequence(model.Configuration);
        var generated = new List<int>();
        int[] next = prompt.ToArray();
        while (generated.Count < tokens)
        {
            ReplayStepResult result = engine.Run(model, new ReplayStep
            {
                Phase = generated.Count == 0 ? ExecutionPhase.Prefill : ExecutionPhase.Decode,
                Plan = plan,
                Batch = [new SequenceTokens(sequence, next)],
            });
            generated.Add(result.Tokens[0]);
            next = [result.Tokens[0]];
        }

        return generated;
    }
}
