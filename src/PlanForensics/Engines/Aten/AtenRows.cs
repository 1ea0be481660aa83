using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Aten;

/// <summary>PyTorch's operators over rows on a CPU: sum, softmax, SiLU, and the RMSNorm that models compose of pow, mean and rsqrt.</summary>
/// <remarks>
/// <para>Sum and mean: a cascade of 4 accumulators of V lanes. Softmax: V lanes, the exponential of every element by Sleef, one reciprocal. SiLU: Sleef in blocks of two vectors over the whole tensor, glibc
/// in what they leave. V is 8 (AVX2, default) or 16 (AVX-512); bf16 vectors hold twice as many values.</para>
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

    /// <summary>SiLU, and its product with another tensor, each step rounded to the tensors' format.</summary>
    /// <param name="capability">The dispatch.</param>
    /// <param name="format">fp32 or bf16.</param>
    /// <returns>The plan.</returns>
    public static ActivationPlan Silu(AtenCapability capability, NumericFormat format) => new()
    {
        Math = Exponential(capability),
        Block = capability == AtenCapability.Default
            ? default
            : new MathBlock { Length = Lanes(capability) * (format == NumericFormat.Bf16 ? 4 : 2), Tail = MathPath.Glibc, OverTensor = true },
        Steps = format, Intermediate = format, Output = format,
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
