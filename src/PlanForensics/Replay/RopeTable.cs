using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>Cosines and sines of a rotary position embedding, (positions, head_dim/2).</summary>
/// <remarks>
/// Computed: <c>f_i = fl(1 / pow(theta, fl(2i / head_dim)))</c>, <c>angle = fl(position * f_i)</c> (or by the plan's recurrence), power, cosine and sine by
/// the plan's math path, rounded to the table's format. Given: used as they are. Bitwise: identical on every machine.
/// </remarks>
public sealed class RopeTable
{
    private readonly float[] _cosine;
    private readonly float[] _sine;

    private RopeTable(int half, float[] cosine, float[] sine) => (Half, _cosine, _sine) = (half, cosine, sine);

    /// <summary>Pairs of a head: head_dim / 2.</summary>
    public int Half { get; }

    /// <summary>Positions in the table.</summary>
    public int Positions => Half == 0 ? 0 : _cosine.Length / Half;

    /// <summary>Cosines of one position.</summary>
    /// <param name="position">0-based position.</param>
    /// <returns>head_dim/2 values.</returns>
    public ReadOnlySpan<float> Cosine(int position) => _cosine.AsSpan(position * Half, Half);

    /// <summary>Sines of one position.</summary>
    /// <param name="position">0-based position.</param>
    /// <returns>head_dim/2 values.</returns>
    public ReadOnlySpan<float> Sine(int position) => _sine.AsSpan(position * Half, Half);

    /// <summary>All cosines, then all sines.</summary>
    internal float[] Both() => [.. _cosine, .. _sine];

    /// <summary>Computes a table.</summary>
    /// <param name="plan">How angles, cosines and sines are computed, and the format of the entries.</param>
    /// <param name="theta">Base of the frequencies, above 0.</param>
    /// <param name="headDimension">Values of a head, even.</param>
    /// <param name="positions">Positions.</param>
    /// <returns>The table.</returns>
    public static RopeTable Compute(RopePlan plan, double theta, int headDimension, int positions)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(theta);
        int half = headDimension / 2;
        float[] cosine = new float[(long)positions * half];
        float[] sine = new float[(long)positions * half];
        for (int position = 0; position < positions; position++)
            RopeRotation.Fill(plan, (float)theta, 1, position, cosine.AsSpan(position * half, half), sine.AsSpan(position * half, half));
        return new RopeTable(half, cosine, sine);
    }

    /// <summary>Uses recorded tables.</summary>
    /// <param name="half">head_dim / 2.</param>
    /// <param name="cosine">(positions, half) values.</param>
    /// <param name="sine">As many.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException">The lengths differ or are not whole positions.</exception>
    public static RopeTable Given(int half, ReadOnlySpan<float> cosine, ReadOnlySpan<float> sine)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(half, 1);
        if (cosine.Length != sine.Length || cosine.Length % half != 0)
            throw new ArgumentException($"expected as many cosines as sines, in rows of {half}; got {cosine.Length} and {sine.Length}", nameof(cosine));
        return new RopeTable(half, cosine.ToArray(), sine.ToArray());
    }
}
