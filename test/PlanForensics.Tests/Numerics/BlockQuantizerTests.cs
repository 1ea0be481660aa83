using System.Runtime.InteropServices;
using FluentAssertions;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Numerics;

public sealed class BlockQuantizerTests
{
    [Theory]
    [InlineData(288)]
    [InlineData(768)]
    public void Activations_get_the_bytes_that_the_engine_wrote(int depth)
    {
        float[] a = Floats("ggml", $"A_k{depth}.bin");
        byte[] stored = File.ReadAllBytes(SharedData.PathOf("ggml", $"A_k{depth}.q8_0.bin"));
        BlockQuantizer.QuantizeActivations(a).Should().Equal(stored);
        ByTheStoredScale(a).Should().NotEqual(stored, "the quotients use the scale before it is rounded to binary16"); // negative control
    }

    [Theory]
    [InlineData("W_k288_n96", 96, 288)]
    [InlineData("W_k768_n64", 64, 768)]
    public void Weights_get_the_bytes_that_the_engine_wrote(string name, int rows, int depth)
    {
        float[] w = Floats("ggml", $"{name}.f32.bin");
        foreach ((BlockFormat format, string suffix) in new[] { (BlockFormat.Q8Type0, "q8_0"), (BlockFormat.Q4Type0, "q4_0") })
        {
            byte[] stored = File.ReadAllBytes(SharedData.PathOf("ggml", $"{name}.{suffix}.bin"));
            BlockQuantizer.QuantizeWeights(format, w).Should().Equal(stored, suffix);
            Bits(new BlockMatrix(format, rows, depth, stored).Dequantize()).Should().Equal(Bits(Floats("ggml", $"{name}.{suffix}.deq.bin")), suffix);
        }

        ByTheStoredScale(w).Should().NotEqual(File.ReadAllBytes(SharedData.PathOf("ggml", $"{name}.q8_0.bin"))); // negative control
    }

    [Fact]
    public void A_worked_block()
    {
        // m = 2.54, fl(m / 127) = 0x3CA3D70B (0.0200000014...), in binary16 0x251F; fl(127 / m) = 0x42480000 (50)
        float[] x = new float[32];
        (x[0], x[1], x[2], x[3]) = (2.54f, -1.27f, 0.03f, 0.05f);
        byte[] block = BlockQuantizer.QuantizeActivations(x);
        block[..6].Should().Equal(0x1F, 0x25, 127, unchecked((byte)-64), 2, 2); // -63.5 -> -64, 1.5 -> 2, 2.5 -> 2: ties to even
        block = BlockQuantizer.QuantizeWeights(BlockFormat.Q8Type0, x);
        block[..6].Should().Equal(0x1F, 0x25, 127, unchecked((byte)-64), 2, 3); // fl(1 / d) is 50 too: ties away from zero
    }

    [Fact]
    public void Nibbles_stand_in_the_order_of_the_halves()
    {
        // d = fl(8 / -8) = -1: x = 8 gives 0, x = -7 gives min(15, trunc(7 + 8.5)) = 15, x = 0 gives 8
        float[] x = new float[32];
        (x[0], x[1], x[16], x[17]) = (8, -7, -7, 8);
        byte[] block = BlockQuantizer.QuantizeWeights(BlockFormat.Q4Type0, x);
        block[..5].Should().Equal(0x00, 0xBC, 0xF0, 0x0F, 0x88);
        var matrix = new BlockMatrix(BlockFormat.Q4Type0, 1, 32, block);
        matrix.Quants(0)[..3].ToArray().Should().Equal(-8, 7, 0);
        matrix.Quants(0)[16..18].ToArray().Should().Equal(7, -8);
        matrix.Dequantize().Should().Equal(x);
    }

    [Fact]
    public void A_NaN_is_swallowed_unless_it_is_element_27_and_an_infinity_is_not()
    {
        for (int place = 0; place < 32; place++)
        {
            float[] x = [.. Enumerable.Repeat(1f, 32)];
            x[place] = float.NaN;
            byte[] block = BlockQuantizer.QuantizeActivations(x);
            bool poisoned = place == 27;
            float.IsNaN(new BlockMatrix(BlockFormat.Q8Type0, 1, 32, block).Scales(0)[0]).Should().Be(poisoned, $"element {place}");
            block[2 + place].Should().Be(0x80);
            block[2 + ((place + 1) % 32)].Should().Be(poisoned ? (byte)0x80 : (byte)127);
            x[place] = float.NegativeInfinity;
            block = BlockQuantizer.QuantizeActivations(x);
            block[..2].Should().Equal(0x00, 0x7C);
            block[2 + place].Should().Be(0x80);
            block[2 + ((place + 1) % 32)].Should().Be(0);
        }
    }

    [Fact]
    public void Zeros_have_the_scale_zero_and_subnormals_the_smallest_bytes()
    {
        BlockQuantizer.QuantizeActivations(new float[32]).Should().OnlyContain(value => value == 0);
        BlockQuantizer.QuantizeWeights(BlockFormat.Q4Type0, new float[32])[..3].Should().Equal(0x00, 0x80, 0x88); // fl(0 / -8) = -0
        float[] tiny = new float[32];
        tiny[5] = float.Epsilon; // 127 / m overflows: infinity * x, and infinity * 0 = NaN, convert to INT_MIN
        BlockQuantizer.QuantizeActivations(tiny).Should().Equal([0, 0, .. Enumerable.Repeat((byte)0x80, 32)]);
    }

    [Fact]
    public void What_has_no_meaning_is_refused()
    {
        FluentActions.Invoking(() => BlockQuantizer.QuantizeActivations(new float[33])).Should().Throw<ArgumentException>().WithMessage("*multiple of 32 weights; got 33*");
        float[] x = new float[32];
        x[3] = float.NaN;
        FluentActions.Invoking(() => BlockQuantizer.QuantizeWeights(BlockFormat.Q8Type0, x)).Should().Throw<ArgumentException>().WithMessage("*finite*");
        x[3] = 1e-44f;
        FluentActions.Invoking(() => BlockQuantizer.QuantizeWeights(BlockFormat.Q4Type0, x)).Should().Throw<ArgumentException>().WithMessage("*inverse scale*");
        FluentActions.Invoking(() => new BlockMatrix(BlockFormat.Q8Type0, 2, 32, new byte[67])).Should().Throw<ArgumentException>().WithMessage("*68 bytes; got 67*");
    }

    [Fact]
    public void The_two_quantisers_differ_where_their_inverse_scales_do()
    {
        // m = 3: fl(127 / 3) = 42.3333321, fl(3 / 127) = 0.0236220472, its inverse 42.3333359: x = 0.0118110236 scales to 0.49999999... or 0.50000003
        float[] x = new float[32];
        x[0] = 3;
        for (int index = 1; index < 32; index++)
            x[index] = MathF.BitIncrement(index == 1 ? 0.0118110226f : x[index - 1]);
        byte[] even = BlockQuantizer.QuantizeActivations(x);
        byte[] away = BlockQuantizer.QuantizeWeights(BlockFormat.Q8Type0, x);
        even[..3].Should().Equal(away[..3]);
        even.Should().NotEqual(away);
    }

    /// <summary>A plausible quantiser that no engine runs: integers from the scale as it is stored.</summary>
    private static byte[] ByTheStoredScale(float[] values)
    {
        byte[] bytes = BlockQuantizer.QuantizeActivations(values);
        for (int index = 0; index < values.Length; index++)
        {
            int block = index / 32 * 34;
            bytes[block + 2 + (index % 32)] = (byte)(sbyte)MathF.Round(values[index] / Fp16.ToSingle(BitConverter.ToUInt16(bytes, block)));
        }

        return bytes;
    }

    internal static float[] Floats(params string[] parts) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(SharedData.PathOf(parts))).ToArray();

    private static uint[] Bits(float[] values) => MemoryMarshal.Cast<float, uint>(values).ToArray();
}
