using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Aten;

/// <summary>PyTorch's operators over rows on a CPU: sum, softmax, SiLU, and the RMSNorm that models compose of pow, mean and rsqrt.</summary>
/// <remarks>
/// <para>Sum and mean: a cascade of 4 accumulators of V lanes. Softmax: V lanes, the exponential of every element by Sleef, one reciprocal. SiLU: Sleef in blocks of two vectors over the whole tensor, glibc
/// in what they leave. V is 8 (AVX2, default) or 16 (AVX-512); bf16 vectors hold twice as many values; 1.13 rounds each step of SiLU to bf16, 2.10 the result only.</para>
/// <para>Source: ATen's <c>SumKernel.cpp</c>, <c>SoftMaxKernel.cpp</c>, <c>Activation.cpp</c>, <c>Loops.h</c>; whole runs and single operators of torch 1.13.1 and 2.10.0 recorded under the three dispatches.
/// 2.10 sums with 8 lanes on AVX-512 too.</para>
/// </remarks>
public static class AtenRows
{
    internal const long GrainSize = 32_768;

    /// <summary>All families; names are unique.</summary>
    public static ImmutableArray<RowFamily> All { get; } = [.. Enum.GetValues<AtenCapability>().SelectMany(Families)];

    /// <summary>Lanes of a vector of fp32 values.</summary>
    /// <param name="capability">The dispatch.</param>
    /// <returns>8 or 16.</returns>
    public static int Lanes(AtenCapability capability) => capability == AtenCapability.Avx512 ? 16 : 8;

    /// <summary>The sum of a row, also of a mean.</summary>
    /// <param name="capability">The dispatch.</param>
    /// <returns>The lanes.</returns>
    public static LaneTree Cascade(AtenCapability capability) => new() { Order = LaneOrder.Cascade, Lanes = Lanes(capability), Accumulators = 4 };

    /// <summary>Softmax over the last dimension.</summary>
    /// <param name="capability">The dispatch.</param>
    /// <returns>The plan.</returns>
    public static SoftmaxPlan Softmax(AtenCapability capability) => new()
    {
        Math = Exponential(capability),
        Sum = new LaneTree { Lanes = Lanes(capability), ShortForward = true, Merge = capability == AtenCapability.Default ? MergeOrder.Forward : MergeOrder.Butterfly },
        Divide = Division.Reciprocal,
    };

    /// <summary>Softmax over the last dimension of bf16 values: in fp32 and rounded once; a bf16 vector is two vectors of fp32.</summary>
    /// <param name="capability">The dispatch: AVX2 or AVX-512.</param>
    /// <param name="width">Values in a row; fewer than an fp32 vector are added one after the other.</param>
    /// <returns>The plan.</returns>
    public static SoftmaxPlan SoftmaxBf16(AtenCapability capability, int width)
    {
        SoftmaxPlan plan = Softmax(capability);
        int lanes = Lanes(capability);
        return plan with { Sum = width < lanes ? plan.Sum : new LaneTree { Lanes = 2 * lanes }, Output = NumericFormat.Bf16 };
    }

    /// <summary>SiLU, and its product with another tensor; in bf16 each step is rounded to it.</summary>
    /// <param name="capability">The dispatch.</param>
    /// <param name="format">fp32 or bf16.</param>
    /// <param name="roundsSteps">Whether bf16 rounds each step, as torch 1.13 does, or the result only, as 2.10 does.</param>
    /// <returns>The plan.</returns>
    public static ActivationPlan Silu(AtenCapability capability, NumericFormat format, bool roundsSteps = true) => new()
    {
        Math = Exponential(capability),
        Block = capability == AtenCapability.Default
            ? default
            : new MathBlock { Length = Lanes(capability) * (format == NumericFormat.Bf16 ? 4 : 2), Tail = MathPath.Glibc, OverTensor = true },
        Steps = roundsSteps ? format : NumericFormat.Fp32, Intermediate = format, Output = format,
    };

    /// <summary>RMSNorm composed of pow, mean, addition, rsqrt and two products, computed in fp32 and rounded to the format before the weight.</summary>
    /// <param name="capability">The dispatch.</param>
    /// <param name="format">fp32 or bf16.</param>
    /// <returns>The plan.</returns>
    public static NormPlan RmsNorm(AtenCapability capability, NumericFormat format) => new()
    {
        Threads = Cascade(capability), Cast = format == NumericFormat.Fp32 ? NormCast.AfterWeight : NormCast.BeforeWeight, Output = format,
    };

    private static MathPath Exponential(AtenCapability capability) => capability == AtenCapability.Default ? MathPath.Glibc : MathPath.Sleef;

    private static IEnumerable<RowFamily> Families(AtenCapability capability)
    {
        string dispatch = capability switch { AtenCapability.Avx2 => "avx2", AtenCapability.Avx512 => "avx512", _ => "default" };
        yield return new RowFamily($"aten.sum.{dispatch}", RowOperator.Sum, new SumPlan { Lanes = Cascade(capability) }, decline: OneRowOfManyThreads);
        yield return new RowFamily($"aten.softmax.{dispatch}", RowOperator.Softmax, Softmax(capability));
        if (capability != AtenCapability.Default)
            yield return new RowFamily($"aten.softmax.{dispatch}.bf16", RowOperator.Softmax, key => SoftmaxBf16(capability, key.Width), NumericFormat.Bf16);
        yield return new RowFamily($"aten.silu.{dispatch}.bf16.rounded_once", RowOperator.Silu, Silu(capability, NumericFormat.Bf16, roundsSteps: false), NumericFormat.Bf16, TensorOfManyThreads);
        foreach (NumericFormat format in (NumericFormat[])[NumericFormat.Fp32, NumericFormat.Bf16])
        {
            string name = $"{dispatch}.{NumericFormats.NameOf(format)}";
            yield return new RowFamily($"aten.silu.{name}", RowOperator.Silu, Silu(capability, format), format, TensorOfManyThreads);
            yield return new RowFamily($"aten.rms_norm.{name}", RowOperator.RmsNorm, RmsNorm(capability, format), format);
        }
    }

    private static string? OneRowOfManyThreads(RowKey key) => key is { Rows: 1, Threads: > 1, Width: >= (int)GrainSize }
        ? $"several threads divide one row of {GrainSize} values or more; got {key.Width} values and {key.Threads} threads"
        : null;

    private static string? TensorOfManyThreads(RowKey key) => key.Threads > 1 && key.Rows * key.Width > GrainSize
        ? $"several threads divide a tensor of more than {GrainSize} values, each with vectors and a rest of its own; got {key.Rows * key.Width} values and {key.Threads} threads"
        : null;
}
