using PlanForensics.Models;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Tests.Attribution;

/// <summary>An engine as it must not be: every step's largest logits move by one ulp with the number of steps run so far.</summary>
internal sealed class UnrepeatableEngine(IReplayEngine inner) : IReplayEngine
{
    private int _runs;

    public string Name => "unrepeatable";

    public bool Supports(OperatorPlan plan, OperatorShape shape, out string reason) => inner.Supports(plan, shape, out reason);

    public ReplayStepResult Run(ReplayModel model, ReplayStep step, CancellationToken cancellation = default)
    {
        ReplayStepResult result = inner.Run(model, step, cancellation);
        float[] logits = [.. result.Logits[0]];
        for (int ulps = Interlocked.Increment(ref _runs); ulps > 0; ulps--)
            logits[0] = MathF.BitIncrement(logits[0]);
        return result with { Logits = [logits] };
    }

    public void RunOperators(
        ReplayModel model, IEnumerable<DecoderOperator> operators, IDictionary<string, float[]> values, ReplayStep step, CancellationToken cancellation = default) =>
        inner.RunOperators(model, operators, values, step, cancellation);
}
