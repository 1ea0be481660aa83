using System.Collections.Immutable;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>The matrix units whose arithmetic is known, by GPU, operand format and output format.</summary>
/// <remarks>Source: arXiv 2511.10909 for L, F, rounding and zero exponents; the orders with fp8 operands follow from recorded results (docs/tensor-cores.md).</remarks>
public static class TensorCoreCatalog
{
    /// <summary>All models, by GPU in order of appearance.</summary>
    public static ImmutableArray<TensorCoreModel> All { get; } =
    [
        .. Fp16("V100", 4, 23),
        .. Fp16("T4", 8, 24),
        .. Ampere("A100"), .. Ampere("A2"), .. Ampere("A30"),
        .. Ada("Ada"), .. Ada("L40S"),
        .. Hopper("H100"), .. Hopper("H200"),
        .. Blackwell("B200"),
    ];

    /// <summary>The GPUs, in order of appearance.</summary>
    public static ImmutableArray<string> Gpus { get; } = [.. All.Select(model => model.Gpu).Distinct()];

    /// <summary>The model of a GPU for a pair of formats.</summary>
    /// <param name="gpu">The GPU; case does not matter.</param>
    /// <param name="operand">Format of the operands.</param>
    /// <param name="output">Format of accumulator and result.</param>
    /// <returns>The model, or null where the arithmetic is not known.</returns>
    public static TensorCoreModel? Find(string gpu, NumericFormat operand, NumericFormat output)
    {
        ArgumentNullException.ThrowIfNull(gpu);
        return All.FirstOrDefault(model => model.Gpu.Equals(gpu, StringComparison.OrdinalIgnoreCase) && model.Operand == operand && model.Output == output);
    }

    /// <summary>The model of a GPU for a pair of formats.</summary>
    /// <param name="gpu">The GPU; case does not matter.</param>
    /// <param name="operand">Format of the operands.</param>
    /// <param name="output">Format of accumulator and result.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">The arithmetic is not known.</exception>
    public static TensorCoreModel Get(string gpu, NumericFormat operand, NumericFormat output) => Find(gpu, operand, output)
        ?? throw new ArgumentException(
            $"no model of {gpu} for {NumericFormats.NameOf(operand)} operands and {NumericFormats.NameOf(output)} results; GPUs known: {string.Join(", ", Gpus)}", nameof(gpu));

    private static TensorCoreModel Model(string gpu, NumericFormat operand, int length, int bits, DotRounding rounding = DotRounding.TowardZeroFp32) => new()
    {
        Gpu = gpu, Operand = operand, Step = ReductionStep.Dot(length, bits, rounding),
        Output = rounding == DotRounding.NearestEvenFp16 ? NumericFormat.Fp16 : NumericFormat.Fp32,
    };

    private static TensorCoreModel[] Fp16(string gpu, int length, int bits) =>
        [Model(gpu, NumericFormat.Fp16, length, bits), Model(gpu, NumericFormat.Fp16, length, bits, DotRounding.NearestEvenFp16)];

    /// <summary>A unit takes the same number of bytes whatever the format: half as many terms of tf32.</summary>
    private static TensorCoreModel[] Wide(string gpu, int length, int bits) =>
        [.. Fp16(gpu, length, bits), Model(gpu, NumericFormat.Bf16, length, bits), Model(gpu, NumericFormat.Tf32, length / 2, bits)];

    private static TensorCoreModel[] Ampere(string gpu) => Wide(gpu, 8, 24);

    private static TensorCoreModel[] Ada(string gpu) =>
    [
        .. Wide(gpu, 8, 24),
        .. Fp8(operand => Model(gpu, operand, 16, 13, DotRounding.TowardZeroE8M13)),
        .. Fp8(operand => Model(gpu, operand, 16, 13, DotRounding.NearestEvenFp16)),
    ];

    private static TensorCoreModel[] Hopper(string gpu) =>
    [
        .. Wide(gpu, 16, 25),
        .. Fp8(operand => Model(gpu, operand, 32, 13, DotRounding.TowardZeroE8M13) with { Accumulator = TensorCoreAccumulator.Unread }),
        .. Fp8(operand => Model(gpu, operand, 16, 25, DotRounding.NearestEvenFp16) with { Accumulator = TensorCoreAccumulator.Late, TakesPairsInTurn = true }),
    ];

    private static TensorCoreModel[] Blackwell(string gpu) =>
        [.. Wide(gpu, 16, 25), .. Fp8(operand => Model(gpu, operand, 32, 25) with { Accumulator = TensorCoreAccumulator.Late })];

    private static TensorCoreModel[] Fp8(Func<NumericFormat, TensorCoreModel> model) => [model(NumericFormat.Fp8E4M3), model(NumericFormat.Fp8E5M2)];
}
