using System.Buffers.Binary;

namespace PlanForensics.Numerics;

/// <summary>ggml's quantisers: the one of the x86 kernels, which turns activations into q8_0 on the fly, and the reference ones, which write weight files.</summary>
/// <remarks>Source: ggml's <c>quantize_row_q8_0</c> (AVX2), <c>quantize_row_q8_0_ref</c> and <c>quantize_row_q4_0_ref</c>; checked byte for byte on recorded blocks, NaN and infinity on release binaries of llama.cpp v0.5.0.</remarks>
public static class BlockQuantizer
{
    /// <summary>Quantises activations to q8_0 as the x86 kernels do.</summary>
    /// <param name="values">The activations, a multiple of 32.</param>
    /// <returns>34 bytes a block.</returns>
    /// <remarks>
    /// <para>A block has <c>m = max |x|</c>, <c>d = fl(m / 127)</c>, stored in binary16 (nearest even, overflow to infinity), <c>id = fl(127 / m)</c> (0 where m = 0), and
    /// <c>q = fl(x * id)</c> rounded to the nearest integer, ties to even. All in binary32.</para>
    /// <para>A NaN does not enter the maximum unless it is element 27 of its block, for the kernel's tree of <c>maxps</c> keeps a NaN only on the way of that element; it becomes q = -128 and the
    /// scale stays finite, so that the product never shows it. An infinity makes the scale infinite and every finite element 0, hence NaN products. Subnormals are kept.</para>
    /// <para>Bitwise: identical on every machine.</para>
    /// </remarks>
    /// <exception cref="ArgumentException">The length is not a multiple of 32.</exception>
    public static byte[] QuantizeActivations(ReadOnlySpan<float> values)
    {
        byte[] bytes = new byte[BlockFormats.RowBytes(BlockFormat.Q8Type0, values.Length)];
        for (int block = 0; block < values.Length / BlockFormats.BlockLength; block++)
        {
            ReadOnlySpan<float> x = values.Slice(block * BlockFormats.BlockLength, BlockFormats.BlockLength);
            Span<byte> stored = bytes.AsSpan(block * 34, 34);
            float largest = VectorMaximum(x);
            float inverse = largest != 0 ? 127 / largest : 0;
            BinaryPrimitives.WriteUInt16LittleEndian(stored, Fp16.FromSingle(largest / 127));
            for (int index = 0; index < x.Length; index++)
                stored[2 + index] = (byte)Saturate(x[index] * inverse);
        }

        return bytes;
    }

    /// <summary>Quantises weights as ggml's reference quantiser does.</summary>
    /// <param name="format">The format.</param>
    /// <param name="values">Finite weights, a multiple of 32.</param>
    /// <returns>34 (q8_0) or 18 (q4_0) bytes a block.</returns>
    /// <remarks>
    /// <para>q8_0: <c>d = fl(max |x| / 127)</c>, <c>id = fl(1 / d)</c> (0 where d = 0), <c>q = fl(x * id)</c> rounded to the nearest integer, ties away from zero.</para>
    /// <para>q4_0: m is the first element of largest magnitude with its sign, <c>d = fl(m / -8)</c>, <c>id = fl(1 / d)</c>, <c>q = min(15, trunc(fl(fl(x * id) + 8.5)))</c>.</para>
    /// <para>The scale is stored in binary16 (nearest even), the quotients use the unrounded one. Bitwise: identical on every machine.</para>
    /// </remarks>
    /// <exception cref="ArgumentException">The length is not a multiple of 32, or a value is not finite or so small that its block's inverse scale overflows (what C makes of it is undefined).</exception>
    public static byte[] QuantizeWeights(BlockFormat format, ReadOnlySpan<float> values)
    {
        byte[] bytes = new byte[BlockFormats.RowBytes(format, values.Length)];
        int size = BlockFormats.BlockBytes(format);
        for (int block = 0; block < values.Length / BlockFormats.BlockLength; block++)
        {
            ReadOnlySpan<float> x = values.Slice(block * BlockFormats.BlockLength, BlockFormats.BlockLength);
            Span<byte> stored = bytes.AsSpan(block * size, size);
            (float scale, float inverse) = Scale(format, x, block);
            BinaryPrimitives.WriteUInt16LittleEndian(stored, Fp16.FromSingle(scale));
            for (int index = 0; index < size - 2; index++)
                stored[2 + index] = format == BlockFormat.Q8Type0
                    ? (byte)(sbyte)MathF.Round(x[index] * inverse, MidpointRounding.AwayFromZero)
                    : (byte)(Nibble(x[index] * inverse) | (Nibble(x[index + 16] * inverse) << 4));
        }

        return bytes;
    }

    /// <summary>Throws what <see cref="QuantizeWeights"/> throws of these values.</summary>
    internal static void CheckScales(BlockFormat format, ReadOnlySpan<float> values)
    {
        for (int block = 0; block < values.Length / BlockFormats.BlockLength; block++)
            Scale(format, values.Slice(block * BlockFormats.BlockLength, BlockFormats.BlockLength), block);
    }

    private static (float Scale, float Inverse) Scale(BlockFormat format, ReadOnlySpan<float> x, int block)
    {
        float extreme = Extreme(x);
        float scale = format == BlockFormat.Q8Type0 ? MathF.Abs(extreme) / 127 : extreme / -8;
        float inverse = scale != 0 ? 1 / scale : 0;
        return float.IsFinite(inverse) && float.IsFinite(scale)
            ? (scale, inverse)
            : throw new ArgumentException($"block {block} has the scale {scale:R}; weights are finite and their inverse scale too", nameof(x));
    }

    /// <summary>The kernel's tree: lanes l, l+8, l+16, l+24 in order, then halves 4, 2, 1; <c>maxps(a, b)</c> is b unless a is larger.</summary>
    private static float VectorMaximum(ReadOnlySpan<float> x)
    {
        Span<float> lanes = stackalloc float[8];
        for (int lane = 0; lane < 8; lane++)
        {
            lanes[lane] = MathF.Abs(x[lane]);
            for (int row = 8; row < BlockFormats.BlockLength; row += 8)
                lanes[lane] = Larger(lanes[lane], MathF.Abs(x[row + lane]));
        }

        for (int lane = 0; lane < 4; lane++)
            lanes[lane] = Larger(lanes[lane + 4], lanes[lane]);
        for (int lane = 0; lane < 2; lane++)
            lanes[lane] = Larger(lanes[lane], lanes[lane + 2]);
        return Larger(lanes[0], lanes[1]);
    }

    private static float Larger(float first, float second) => first > second ? first : second;

    /// <summary>Nearest even integer; what does not fit an int32 (NaN too) is its smallest value, and values then saturate to a byte.</summary>
    private static sbyte Saturate(float value) => !(MathF.Abs(value) < int.MaxValue) ? sbyte.MinValue : (sbyte)Math.Clamp(MathF.Round(value), sbyte.MinValue, sbyte.MaxValue);

    private static float Extreme(ReadOnlySpan<float> x)
    {
        float extreme = 0;
        foreach (float value in x)
        {
            if (!float.IsFinite(value))
                throw new ArgumentException($"weights are finite; got {value:R}", nameof(x));
            if (MathF.Abs(value) > MathF.Abs(extreme))
                extreme = value;
        }

        return extreme;
    }

    private static int Nibble(float scaled) => Math.Min(15, (int)(scaled + 8.5f));
}
