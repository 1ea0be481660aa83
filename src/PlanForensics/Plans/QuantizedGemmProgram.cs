using System.Globalization;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>The exact arithmetic of one output element of a matrix product of block-quantised weights and activations.</summary>
/// <remarks>
/// <para>The row of activations becomes q8_0, see <see cref="Quantizer"/>. Group g holds terms <c>g * Group ..</c> of K and lies in one block; its sum <c>t = sum qw * qa</c> is exact (below 2^24).
/// The accumulation over groups is <see cref="Groups"/>, whose operands are <c>a[g] = fl(dw * da)</c>, <c>b[g] = t</c>, or <c>a[g] = fl(t * dw)</c>, <c>b[g] = da</c> (<see cref="Factors"/>); dw and da are the
/// binary16 scales of the block, widened. The result is binary32; a NaN is canonical.</para>
/// <para>Where the whole block is one group, <c>lanes=1</c>: one accumulator takes the blocks in order. Bitwise: identical on every machine.</para>
/// </remarks>
public sealed class QuantizedGemmProgram : OperatorProgram
{
    internal QuantizedGemmProgram(int depth, BlockFormat weights, ActivationQuantizer quantizer, int group, ScaleFactors factors, ReductionProgram groups)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"quantized k={depth} weights={BlockFormats.NameOf(weights)} quantizer={PlanNames.Of(quantizer)} group={group} factors={PlanNames.Of(factors)} groups: {groups.Text}")) =>
        (Depth, Weights, Quantizer, Group, Factors, Groups) = (depth, weights, quantizer, group, factors, groups);

    /// <summary>K, a multiple of 32.</summary>
    public int Depth { get; }

    /// <summary>Format of the weights.</summary>
    public BlockFormat Weights { get; }

    /// <summary>Quantiser of the activations.</summary>
    public ActivationQuantizer Quantizer { get; }

    /// <summary>Terms of one exact integer sum.</summary>
    public int Group { get; }

    /// <summary>The two factors of a group.</summary>
    public ScaleFactors Factors { get; }

    /// <summary>The accumulation over <c>Depth / Group</c> groups.</summary>
    public ReductionProgram Groups { get; }
}
