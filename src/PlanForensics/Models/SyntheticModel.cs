using System.Buffers.Binary;
using System.Numerics;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Models;

/// <summary>Decoders with pseudo-random weights, for tests and benchmarks of any shape.</summary>
public static class SyntheticModel
{
    /// <summary>Makes a model; equal arguments give equal bits.</summary>
    /// <param name="configuration">The decoder.</param>
    /// <param name="seed">Seed of the generator; every tensor continues its one sequence, in the order of <see cref="DecoderTensors.Expected"/>.</param>
    /// <param name="format">The weights' format: fp32 (default), fp16 or bf16.</param>
    /// <returns>
    /// A model whose matrix elements are uniform in [-s, s) with s = 2^-floor(floor(log2 K) / 2), norm weights in [0.75, 1.25), biases in
    /// [-0.125, 0.125). Each element is i x 2^e with i a signed integer of 24, 11 or 8 bits (fp32, fp16, bf16; two fewer for norm weights), taken
    /// from the top bits of one SplitMix64 output, so no rounding is involved. <i>Bitwise: identical on every machine.</i>
    /// </returns>
    /// <exception cref="ArgumentException">The configuration contradicts itself, or the format is none of the three.</exception>
    public static DecoderModel Create(ModelConfiguration configuration, ulong seed, NumericFormat format = NumericFormat.Fp32)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration.Validate() is { } problem)
            throw new ArgumentException(problem, nameof(configuration));
        SplitMix64 random = new(seed);
        Dictionary<DecoderTensorKey, TensorValue> tensors = [];
        foreach ((DecoderTensorKey key, IReadOnlyList<int> shape) in DecoderTensors.Expected(configuration))
            if (key.Role != OperatorRole.LmHead || !configuration.HasTiedHead)
                tensors.Add(key, Fill(key, [.. shape], format, ref random));
        return new DecoderModel(configuration, tensors);
    }

    private static TensorValue Fill(DecoderTensorKey key, int[] shape, NumericFormat format, ref SplitMix64 random)
    {
        bool isNormWeight = shape.Length == 1 && !key.IsBias;
        int bits = SignificandBits(format);
        int exponent = isNormWeight ? -2 : key.IsBias ? -3 : -(BitOperations.Log2((uint)shape[1]) / 2);
        int count = 1;
        foreach (int dimension in shape)
            count = checked(count * dimension);
        int size = NumericFormats.BytesPerElement(format);
        byte[] bytes = new byte[checked(count * size)];
        // A norm's weight lies around 1: two bits of the significand are given up so that 1 + x stays exact.
        int fraction = isNormWeight ? bits - 2 : bits;
        for (int i = 0; i < count; i++)
        {
            long integer = (long)random.Next() >> (64 - fraction);
            float value = (float)Math.ScaleB((double)integer, exponent - (fraction - 1)) + (isNormWeight ? 1f : 0f);
            Write(bytes.AsSpan(i * size, size), value, format);
        }

        return TensorValue.FromBytes(format, bytes, shape);
    }

    private static void Write(Span<byte> destination, float value, NumericFormat format)
    {
        if (format == NumericFormat.Fp32)
            BinaryPrimitives.WriteSingleLittleEndian(destination, value);
        else if (format == NumericFormat.Fp16)
            BinaryPrimitives.WriteHalfLittleEndian(destination, (Half)value);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));
    }

    private static int SignificandBits(NumericFormat format) => format switch
    {
        NumericFormat.Fp32 => 24,
        NumericFormat.Fp16 => 11,
        NumericFormat.Bf16 => 8,
        _ => throw new ArgumentException($"weights are fp32, fp16 or bf16, not {NumericFormats.NameOf(format)}", nameof(format)),
    };
}
