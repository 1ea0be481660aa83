using ILGPU;
using PlanForensics.Numerics;

namespace PlanForensics.Gpu.Weights;

/// <summary>A weight matrix on a device, (N, K).</summary>
/// <param name="Words">Its words.</param>
/// <param name="Storage">How weights lie in them: fp32, bf16 or fp16.</param>
internal readonly record struct DeviceMatrix(ArrayView<uint> Words, NumericFormat Storage)
{
    /// <summary>The policy of kernels that read it.</summary>
    public Type Policy => Storage switch
    {
        NumericFormat.Fp32 => typeof(Fp32Weights),
        NumericFormat.Bf16 => typeof(Bf16Weights),
        NumericFormat.Fp16 => typeof(Fp16Weights),
        _ => throw new InvalidOperationException($"weights are not kept in {NumericFormats.NameOf(Storage)}"),
    };

    /// <summary>Weights of a storage in which all values of an operand format lie exactly, the smallest of them.</summary>
    /// <param name="stored">Format of the weights.</param>
    /// <param name="operand">Format in which a program reads them.</param>
    public static NumericFormat StorageOf(NumericFormat stored, NumericFormat operand) => operand switch
    {
        NumericFormat.Bf16 or NumericFormat.Fp16 => operand,
        NumericFormat.Fp8E4M3 or NumericFormat.Fp8E5M2 => NumericFormat.Bf16,
        NumericFormat.Fp32 or NumericFormat.Tf32 when stored is NumericFormat.Bf16 or NumericFormat.Fp16 => stored,
        NumericFormat.Fp32 or NumericFormat.Tf32 when stored is NumericFormat.Fp8E4M3 or NumericFormat.Fp8E5M2 => NumericFormat.Bf16,
        _ => NumericFormat.Fp32,
    };

    /// <summary>Whether a program that reads an operand format reads the weights as they are stored.</summary>
    public static bool IsAsStored(NumericFormat stored, NumericFormat operand) =>
        operand == stored || operand == NumericFormat.Fp32 || (operand == NumericFormat.Tf32 && stored is not NumericFormat.Fp32)
        || (stored is NumericFormat.Fp8E4M3 or NumericFormat.Fp8E5M2 && operand == NumericFormat.Bf16);
}
