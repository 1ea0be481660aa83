using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Engines.Ggml;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Engines.Ggml;

/// <summary>
/// What the release binaries of llama.cpp v0.5.0 (gcc 11.4, Ubuntu 22.04; npm package @node-llama-cpp/linux-x64 3.22.1) gave on these inputs: the first 8 bytes of the SHA-256 of the outputs, on two
/// threads unless said. zen4 has avx512_bf16, skylakex has AVX-512 without it, haswell has AVX2, x64 is portable C. glibc 2.36.
/// </summary>
public sealed class ReleaseBinaryTests
{
    [Theory]
    [InlineData("zen4", "f32", 1, 12, 288, 0, "72b5c76e8e51e391")]
    [InlineData("zen4", "f32", 1, 7, 37, 10, "39e39f00f24b0db7")]
    [InlineData("zen4", "f32", 2, 8, 96, 20, "1eea13ec7b61f88c")]
    [InlineData("zen4", "f32", 3, 8, 160, 30, "4ae486b5c577ebe5")]
    [InlineData("zen4", "f32", 2, 6, 192, 40, "d578a65c926c46d6")]
    [InlineData("zen4", "f32", 5, 16, 1024, 50, "d7136e99988b1b2c")]
    [InlineData("zen4", "f16", 1, 12, 288, 1000, "b5d6e3a14ff7298d")]
    [InlineData("zen4", "f16", 1, 7, 37, 1010, "8ad3d58c2782e4d2")]
    [InlineData("zen4", "f16", 2, 8, 96, 1020, "8f5fdc4a886ffbec")]
    [InlineData("zen4", "f16", 3, 8, 160, 1030, "1a63dca40e5d49d4")]
    [InlineData("zen4", "f16", 2, 6, 192, 1040, "7d1a219670743868")]
    [InlineData("zen4", "f16", 5, 16, 1024, 1050, "c56841d1b581e144")]
    [InlineData("zen4", "bf16", 1, 12, 288, 30000, "2c54a3b3e90bf169")]
    [InlineData("zen4", "bf16", 1, 7, 37, 30010, "eaaf52c2f66a4087")]
    [InlineData("zen4", "bf16", 2, 8, 96, 30020, "39028e6c029546b5")]
    [InlineData("zen4", "bf16", 3, 8, 160, 30030, "7c307af61d249090")]
    [InlineData("zen4", "bf16", 2, 6, 192, 30040, "3a00493efafc5d59")]
    [InlineData("zen4", "bf16", 5, 16, 1024, 30050, "d482b3df3c549044")]
    [InlineData("zen4", "q8_0", 1, 12, 288, 8000, "9c080fd93918096c")]
    [InlineData("zen4", "q8_0", 3, 8, 64, 8010, "f0b61c8c999f4cd5")]
    [InlineData("zen4", "q8_0", 2, 7, 1024, 8020, "abb4a3ed184b0a0c")]
    [InlineData("zen4", "q4_0", 1, 12, 288, 2000, "a753e6741c5ca26a")]
    [InlineData("zen4", "q4_0", 3, 8, 64, 2010, "141ed915e5e88144")]
    [InlineData("zen4", "q4_0", 2, 7, 1024, 2020, "5e31842a7c6da0b1")]
    [InlineData("skylakex", "bf16", 1, 12, 288, 30000, "5f0275b373c0c422")]
    [InlineData("skylakex", "bf16", 1, 7, 37, 30010, "eaaf52c2f66a4087")]
    [InlineData("skylakex", "bf16", 2, 8, 96, 30020, "b7da13ed6f024aef")]
    [InlineData("skylakex", "bf16", 3, 8, 160, 30030, "6477a85119de8902")]
    [InlineData("skylakex", "bf16", 2, 6, 192, 30040, "50a6000060771aed")]
    [InlineData("skylakex", "bf16", 5, 16, 1024, 30050, "242ddee567a6c40b")]
    [InlineData("skylakex", "q8_0", 1, 12, 288, 8000, "9c080fd93918096c")]
    [InlineData("skylakex", "q8_0", 3, 8, 64, 8010, "f0b61c8c999f4cd5")]
    [InlineData("skylakex", "q8_0", 2, 7, 1024, 8020, "abb4a3ed184b0a0c")]
    [InlineData("skylakex", "q4_0", 1, 12, 288, 2000, "a753e6741c5ca26a")]
    [InlineData("skylakex", "q4_0", 3, 8, 64, 2010, "141ed915e5e88144")]
    [InlineData("skylakex", "q4_0", 2, 7, 1024, 2020, "5e31842a7c6da0b1")]
    [InlineData("haswell", "f32", 1, 12, 288, 0, "914cfadc4f6df6c9")]
    [InlineData("haswell", "f32", 1, 7, 37, 10, "dc4fee429579407e")]
    [InlineData("haswell", "f32", 2, 8, 96, 20, "bb20062cf38fa9bf")]
    [InlineData("haswell", "f32", 3, 8, 160, 30, "1c0827f31fdddfdc")]
    [InlineData("haswell", "f32", 2, 6, 192, 40, "e4533d5f1214c961")]
    [InlineData("haswell", "f32", 5, 16, 1024, 50, "15f8c5f5777cec26")]
    [InlineData("haswell", "f16", 1, 12, 288, 1000, "8c4b10a67c387407")]
    [InlineData("haswell", "f16", 1, 7, 37, 1010, "420a98c9cd99f4fc")]
    [InlineData("haswell", "f16", 2, 8, 96, 1020, "a8816cb98f80e386")]
    [InlineData("haswell", "f16", 3, 8, 160, 1030, "eb6fb0e42d49ec02")]
    [InlineData("haswell", "f16", 2, 6, 192, 1040, "2d5a5e150deaad8b")]
    [InlineData("haswell", "f16", 5, 16, 1024, 1050, "acd1f88cd31fc6b2")]
    [InlineData("haswell", "bf16", 1, 12, 288, 30000, "1cbbbf713d8c3ef7")]
    [InlineData("haswell", "bf16", 1, 7, 37, 30010, "db833a2b4a133606")]
    [InlineData("haswell", "bf16", 2, 8, 96, 30020, "b7da13ed6f024aef")]
    [InlineData("haswell", "bf16", 3, 8, 160, 30030, "22d279b746dbb294")]
    [InlineData("haswell", "bf16", 2, 6, 192, 30040, "c03658a91a9a57eb")]
    [InlineData("haswell", "bf16", 5, 16, 1024, 30050, "113343654c05e66a")]
    [InlineData("haswell", "q8_0", 1, 12, 288, 8000, "9c080fd93918096c")]
    [InlineData("haswell", "q8_0", 3, 8, 64, 8010, "f0b61c8c999f4cd5")]
    [InlineData("haswell", "q8_0", 2, 7, 1024, 8020, "abb4a3ed184b0a0c")]
    [InlineData("haswell", "q4_0", 1, 12, 288, 2000, "a753e6741c5ca26a")]
    [InlineData("haswell", "q4_0", 3, 8, 64, 2010, "141ed915e5e88144")]
    [InlineData("haswell", "q4_0", 2, 7, 1024, 2020, "5e31842a7c6da0b1")]
    [InlineData("x64", "f32", 1, 12, 288, 0, "14da5c0cca2c8faf")]
    [InlineData("x64", "f32", 1, 7, 37, 10, "88112842c1772939")]
    [InlineData("x64", "f32", 2, 8, 96, 20, "b37e56f7c30e5c5b")]
    [InlineData("x64", "f32", 3, 8, 160, 30, "ab63b11c763f7a18")]
    [InlineData("x64", "f32", 2, 6, 192, 40, "94b70c68d200df22")]
    [InlineData("x64", "f32", 5, 16, 1024, 50, "d38aca3d95efc577")]
    [InlineData("x64", "f16", 1, 12, 288, 1000, "448817e1f60c10af")]
    [InlineData("x64", "f16", 1, 7, 37, 1010, "8ad3d58c2782e4d2")]
    [InlineData("x64", "f16", 2, 8, 96, 1020, "e9f7ce8a75e36ac3")]
    [InlineData("x64", "f16", 3, 8, 160, 1030, "448243e42e1a6455")]
    [InlineData("x64", "f16", 2, 6, 192, 1040, "f7b82f472135bc49")]
    [InlineData("x64", "f16", 5, 16, 1024, 1050, "353872dbc98604aa")]
    [InlineData("x64", "bf16", 1, 12, 288, 30000, "834662ba7ebcce46")]
    [InlineData("x64", "bf16", 1, 7, 37, 30010, "eaaf52c2f66a4087")]
    [InlineData("x64", "bf16", 2, 8, 96, 30020, "83220892e6efcac8")]
    [InlineData("x64", "bf16", 3, 8, 160, 30030, "1c0d706e8600881d")]
    [InlineData("x64", "bf16", 2, 6, 192, 30040, "eb75bf961ef5136d")]
    [InlineData("x64", "bf16", 5, 16, 1024, 30050, "a8636a7165766527")]
    [InlineData("x64", "q8_0", 1, 12, 288, 8000, "0665dd48ca8b8ac4")]
    [InlineData("x64", "q8_0", 3, 8, 64, 8010, "b440a2dc53bcd546")]
    [InlineData("x64", "q8_0", 2, 7, 1024, 8020, "ff6ecde72cd1659c")]
    [InlineData("x64", "q4_0", 1, 12, 288, 2000, "d563fcfc9c66f001")]
    [InlineData("x64", "q4_0", 3, 8, 64, 2010, "83f0b807fff131f8")]
    [InlineData("x64", "q4_0", 2, 7, 1024, 2020, "fdb836ed515f5875")]
    public void A_product_has_the_bits_of_the_release_binary(string cpu, string type, int m, int n, int k, int seed, string hash)
    {
        GgmlVectors vectors = VectorsOf(cpu);
        float[] a = Values(seed, m * k);
        float[] w = Values(seed + 1, n * k);
        float[] c = new float[m * n];
        if (BlockFormats.TryParse(type, out BlockFormat block))
        {
            OperatorPlan plan = (cpu == "x64" ? (IGemmFamily)new ScalarDot(block) : new QuantizedDot("llamafile", block)).PlanFor(new GemmKey(m, n, k) { Blocks = block }).Plan!;
            KernelSelection.Default.QuantizedGemm(
                (QuantizedGemmProgram)plan.Lower(new OperatorShape(m, n, k)), a, new BlockMatrix(block, n, k, BlockQuantizer.QuantizeWeights(block, w)), c);
        }
        else
        {
            NumericFormat format = FormatOf(type);
            Rounding.RoundInPlace(w, format);
            OperatorPlan plan = (cpu == "x64" ? (IGemmFamily)new ScalarVecDot(format) : new Llamafile(vectors, format)).PlanFor(new GemmKey(m, n, k) { Weights = format, Threads = 2 }).Plan!;
            KernelSelection.Default.Gemm((GemmProgram)plan.Lower(new OperatorShape(m, n, k)), a, new WeightMatrix(n, k, w), [], c);
        }

        Hash(c).Should().Be(hash);
        c[^1] = MathF.BitIncrement(c[^1]); // negative control
        Hash(c).Should().NotBe(hash);
    }

    [Theory]
    [InlineData("zen4", "f32", 7, 100, 64, 64, 4, 2, 1, true, 50000, "9d0350e6e07b9882")]
    [InlineData("zen4", "f32", 40, 70, 100, 36, 2, 1, 2, false, 50010, "fed3a8b3463c9567")]
    [InlineData("zen4", "f32", 64, 130, 48, 48, 2, 2, 3, true, 50020, "1261717c02468226")]
    [InlineData("zen4", "f32", 66, 65, 40, 44, 1, 1, 1, false, 50030, "835aa12e75f0f1a3")]
    [InlineData("zen4", "f32", 1, 512, 64, 64, 4, 1, 3, true, 50040, "d6f3bd99a9b5e46c")]
    [InlineData("zen4", "f32", 1, 600, 80, 80, 6, 3, 1, false, 50050, "7d79414a0827c434")]
    [InlineData("zen4", "f32", 2, 520, 64, 32, 2, 1, 4, true, 50060, "09aec352e5510826")]
    [InlineData("zen4", "f16", 7, 100, 64, 64, 4, 2, 1, true, 51000, "02728ee114da07bf")]
    [InlineData("zen4", "f16", 40, 70, 100, 36, 2, 1, 2, false, 51010, "e918d807daf8a6af")]
    [InlineData("zen4", "f16", 64, 130, 48, 48, 2, 2, 3, true, 51020, "9195f2bf9bcfcb8a")]
    [InlineData("zen4", "f16", 66, 65, 40, 44, 1, 1, 1, false, 51030, "0b2f00855dcdb146")]
    [InlineData("zen4", "f16", 1, 512, 64, 64, 4, 1, 3, true, 51040, "d335dbeba423a509")]
    [InlineData("zen4", "f16", 1, 600, 80, 80, 6, 3, 1, false, 51050, "6467c6c95db5d046")]
    [InlineData("zen4", "f16", 2, 520, 64, 32, 2, 1, 4, true, 51060, "36fd9f71743e1c74")]
    [InlineData("haswell", "f32", 7, 100, 64, 64, 4, 2, 1, true, 50000, "fd4d6adf4cb1be29")]
    [InlineData("haswell", "f32", 40, 70, 100, 36, 2, 1, 2, false, 50010, "b6581a6f861f2967")]
    [InlineData("haswell", "f32", 64, 130, 48, 48, 2, 2, 3, true, 50020, "709537d9e863d68d")]
    [InlineData("haswell", "f32", 66, 65, 40, 44, 1, 1, 1, false, 50030, "0111c10619a78858")]
    [InlineData("haswell", "f32", 1, 512, 64, 64, 4, 1, 3, true, 50040, "1418df0a7eb67703")]
    [InlineData("haswell", "f32", 1, 600, 80, 80, 6, 3, 1, false, 50050, "a56f0d7eaadd6b0e")]
    [InlineData("haswell", "f32", 2, 520, 64, 32, 2, 1, 4, true, 50060, "fdd740b172017282")]
    [InlineData("haswell", "f16", 7, 100, 64, 64, 4, 2, 1, true, 51000, "893be486b3fd9362")]
    [InlineData("haswell", "f16", 40, 70, 100, 36, 2, 1, 2, false, 51010, "2e5fdbfadc9352d3")]
    [InlineData("haswell", "f16", 64, 130, 48, 48, 2, 2, 3, true, 51020, "e56462a9ffe3a737")]
    [InlineData("haswell", "f16", 66, 65, 40, 44, 1, 1, 1, false, 51030, "9f64cd467a9abd79")]
    [InlineData("haswell", "f16", 1, 512, 64, 64, 4, 1, 3, true, 51040, "d899d92b46b8a803")]
    [InlineData("haswell", "f16", 1, 600, 80, 80, 6, 3, 1, false, 51050, "792d8cd92a898468")]
    [InlineData("haswell", "f16", 2, 520, 64, 32, 2, 1, 4, true, 51060, "18aca1a2687578a1")]
    public void Flash_attention_has_the_bits_of_the_release_binary(
        string cpu, string type, int rows, int keys, int dimension, int valueDimension, int heads, int keyHeads, int threads, bool masked, int seed, string hash)
    {
        NumericFormat cache = FormatOf(type);
        float[] k = [.. Values(seed + 1, keyHeads * keys * dimension).Select(value => value * 2)];
        float[] v = Values(seed + 2, keyHeads * keys * valueDimension);
        Rounding.RoundInPlace(k, cache);
        Rounding.RoundInPlace(v, cache);
        float[] mask = masked ? Values(seed + 3, rows * keys) : [];
        Rounding.RoundInPlace(mask, NumericFormat.Fp16);
        mask = [.. mask.Select(value => value < -0.6f ? float.NegativeInfinity : value)];
        var input = new FlashAttentionInput(heads, keyHeads, rows, keys, Values(seed, heads * rows * dimension), k, v, mask, 0.5f);
        var key = new FlashAttentionKey(rows, keys, dimension) { ValueDimension = valueDimension, Cache = cache, Threads = threads };
        OperatorPlan plan = new FlashAttentionExt(VectorsOf(cpu), FlashAttentionBuild.Unfused).PlanFor(key).Plan!;
        float[] output = new float[rows * heads * valueDimension];
        KernelSelection.Default.FlashAttention((FlashAttentionProgram)plan.Lower(new OperatorShape(rows, keys, dimension)), input, output);
        Hash(output).Should().Be(hash, plan.Text);
    }

    private static GgmlVectors VectorsOf(string cpu) => cpu == "zen4" ? GgmlVectors.Avx512 : cpu == "skylakex" ? GgmlVectors.Avx512F : GgmlVectors.Avx2;

    private static NumericFormat FormatOf(string type) => type == "f16" ? NumericFormat.Fp16 : type == "bf16" ? NumericFormat.Bf16 : NumericFormat.Fp32;

    private static string Hash(float[] values) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan())))[..16];

    /// <summary>SplitMix64 from a seed: the upper 24 bits as a number from -1 to 1.</summary>
    private static float[] Values(int seed, int count)
    {
        float[] values = new float[count];
        ulong state = unchecked((ulong)seed * 0xD1342543DE82EF95);
        for (int index = 0; index < count; index++)
        {
            ulong z = unchecked(state += 0x9E3779B97F4A7C15);
            z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
            z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
            values[index] = ((int)((z ^ (z >> 31)) >> 40) - 8_388_608) / 8_388_608f;
        }

        return values;
    }
}
