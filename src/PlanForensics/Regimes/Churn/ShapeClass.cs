using System.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Regimes.Churn;

/// <summary>
/// The shapes between which a dispatcher usually does not distinguish: phase, rows M of the projections and context length, each number up to the next power of two.
/// </summary>
/// <param name="Phase">The phase; <see cref="ExecutionPhase.Prefill"/> with <paramref name="IsMixed"/> where the batch held both.</param>
/// <param name="IsMixed">Whether the batch held prefill and decode.</param>
/// <param name="Rows">The least power of two that is not less than M; null when M was not recorded. M is the padded batch times the query length in a pure decode, else the step's tokens.</param>
/// <param name="KeyLength">The least power of two that is not less than the largest context length.</param>
public readonly record struct ShapeClass(ExecutionPhase Phase, bool IsMixed, int? Rows, int KeyLength)
{
    /// <summary>The class of a step.</summary>
    /// <param name="step">The step.</param>
    /// <returns>Its class.</returns>
    public static ShapeClass Of(EngineStep step)
    {
        int? rows = step is { Phase: ExecutionPhase.Decode, PaddedBatch: { } padded } ? checked(padded * step.QueryLength) : step.Tokens;
        return new ShapeClass(step.Phase, step.IsMixed, rows is { } m ? UpToPowerOfTwo(m) : null, UpToPowerOfTwo(step.KeyLength));
    }

    /// <summary>Names the class.</summary>
    /// <returns>For example <c>decode m&lt;=8 k&lt;=1024</c>.</returns>
    public override string ToString() => FormattableString.Invariant(
        $"{(IsMixed ? "mixed" : Phase == ExecutionPhase.Prefill ? "prefill" : "decode")} {(Rows is { } rows ? $"m<={rows}" : "m=?")} k<={KeyLength}");

    internal int Key => (IsMixed ? 2 : (int)Phase) << 16 | (Rows is { } rows ? BitOperations.Log2((uint)rows) + 1 : 0) << 8 | BitOperations.Log2((uint)KeyLength);

    private static int UpToPowerOfTwo(int value) => checked((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, value)));
}
