using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Engines.Ggml;

/// <summary>
/// What the release binaries of llama.cpp v0.5.0 (gcc 11.4; npm package @node-llama-cpp/linux-x64 3.22.1) gave for operators over rows on two threads: the first 8 bytes of the SHA-256 of the outputs. zen4 has
/// AVX-512, haswell AVX2, piledriver AVX with FMA, sandybridge AVX, x64 SSE2. glibc 2.36.
/// </summary>
public sealed class ReleaseBinaryRowTests
{
    [Theory]
    [InlineData("zen4", "soft_max", 40, 100, 1, "04d893e3b2f3092a")]
    [InlineData("zen4", "soft_max", 25, 287, 11, "3934679c812129bf")]
    [InlineData("zen4", "soft_max_ext", 40, 100, 101, "5fc4b8243e21f441")]
    [InlineData("zen4", "soft_max_ext", 25, 287, 111, "368badef01552740")]
    [InlineData("zen4", "norm", 40, 100, 201, "e4e1e879e561fd25")]
    [InlineData("zen4", "norm", 25, 287, 211, "683b6d7cb2450ddc")]
    [InlineData("zen4", "rms_norm", 40, 100, 301, "f2927c7c74f97b59")]
    [InlineData("zen4", "rms_norm", 25, 287, 311, "7151e855fab7b57f")]
    [InlineData("zen4", "silu", 40, 100, 401, "60f451a247903869")]
    [InlineData("zen4", "silu", 25, 287, 411, "c12085924cedcd6d")]
    [InlineData("zen4", "gelu", 40, 100, 501, "e19780d6c93f72c7")]
    [InlineData("zen4", "gelu", 25, 287, 511, "b42ae339b167cea8")]
    [InlineData("zen4", "sum_rows", 40, 100, 601, "1ef5d468f9864f0f")]
    [InlineData("zen4", "sum_rows", 25, 287, 611, "fe0867077ac289da")]
    [InlineData("zen4", "rope", 12, 64, 701, "685a630ecc4b684a")]
    [InlineData("zen4", "rope", 6, 96, 711, "ad305abf4f145f83")]
    [InlineData("haswell", "soft_max", 40, 100, 1, "4ecdde5844f2833e")]
    [InlineData("haswell", "soft_max", 25, 287, 11, "84f40c8fbf5a1a90")]
    [InlineData("haswell", "soft_max_ext", 40, 100, 101, "da08c26df7f6b892")]
    [InlineData("haswell", "soft_max_ext", 25, 287, 111, "4a78081e9ab3e676")]
    [InlineData("haswell", "norm", 40, 100, 201, "ac3e5cbbddd0766f")]
    [InlineData("haswell", "norm", 25, 287, 211, "44f21e773b210d19")]
    [InlineData("haswell", "rms_norm", 40, 100, 301, "f2927c7c74f97b59")]
    [InlineData("haswell", "rms_norm", 25, 287, 311, "7151e855fab7b57f")]
    [InlineData("haswell", "silu", 40, 100, 401, "29498ebaea2c52f1")]
    [InlineData("haswell", "silu", 25, 287, 411, "bb18ab0bc2c18fce")]
    [InlineData("haswell", "gelu", 40, 100, 501, "e19780d6c93f72c7")]
    [InlineData("haswell", "gelu", 25, 287, 511, "b42ae339b167cea8")]
    [InlineData("haswell", "sum_rows", 40, 100, 601, "1ef5d468f9864f0f")]
    [InlineData("haswell", "sum_rows", 25, 287, 611, "fe0867077ac289da")]
    [InlineData("haswell", "rope", 12, 64, 701, "685a630ecc4b684a")]
    [InlineData("haswell", "rope", 6, 96, 711, "ad305abf4f145f83")]
    [InlineData("piledriver", "soft_max", 40, 100, 1, "b38f3d34e717a9c4")]
    [InlineData("piledriver", "soft_max", 25, 287, 11, "c2a0d8606021ffb6")]
    [InlineData("piledriver", "soft_max_ext", 40, 100, 101, "02e075d06d719f21")]
    [InlineData("piledriver", "soft_max_ext", 25, 287, 111, "58c39a083ce7702a")]
    [InlineData("piledriver", "norm", 40, 100, 201, "9896829557dea180")]
    [InlineData("piledriver", "norm", 25, 287, 211, "44f21e773b210d19")]
    [InlineData("piledriver", "rms_norm", 40, 100, 301, "f2927c7c74f97b59")]
    [InlineData("piledriver", "rms_norm", 25, 287, 311, "7151e855fab7b57f")]
    [InlineData("piledriver", "silu", 40, 100, 401, "1f77f512102dbb3e")]
    [InlineData("piledriver", "silu", 25, 287, 411, "34c8c36d100140c8")]
    [InlineData("piledriver", "gelu", 40, 100, 501, "e19780d6c93f72c7")]
    [InlineData("piledriver", "gelu", 25, 287, 511, "b42ae339b167cea8")]
    [InlineData("piledriver", "sum_rows", 40, 100, 601, "1ef5d468f9864f0f")]
    [InlineData("piledriver", "sum_rows", 25, 287, 611, "fe0867077ac289da")]
    [InlineData("piledriver", "rope", 12, 64, 701, "685a630ecc4b684a")]
    [InlineData("piledriver", "rope", 6, 96, 711, "ad305abf4f145f83")]
    [InlineData("sandybridge", "soft_max", 40, 100, 1, "975a889c6e0e0d13")]
    [InlineData("sandybridge", "soft_max", 25, 287, 11, "e2d412fb6b636102")]
    [InlineData("sandybridge", "soft_max_ext", 40, 100, 101, "a7410e1b74e71cd4")]
    [InlineData("sandybridge", "soft_max_ext", 25, 287, 111, "cd8e313ef46a09ef")]
    [InlineData("sandybridge", "norm", 40, 100, 201, "9896829557dea180")]
    [InlineData("sandybridge", "norm", 25, 287, 211, "44f21e773b210d19")]
    [InlineData("sandybridge", "rms_norm", 40, 100, 301, "f2927c7c74f97b59")]
    [InlineData("sandybridge", "rms_norm", 25, 287, 311, "7151e855fab7b57f")]
    [InlineData("sandybridge", "silu", 40, 100, 401, "b1accea1dc86f9b7")]
    [InlineData("sandybridge", "silu", 25, 287, 411, "3f147174f0af1d4a")]
    [InlineData("sandybridge", "gelu", 40, 100, 501, "e19780d6c93f72c7")]
    [InlineData("sandybridge", "gelu", 25, 287, 511, "b42ae339b167cea8")]
    [InlineData("sandybridge", "sum_rows", 40, 100, 601, "1ef5d468f9864f0f")]
    [InlineData("sandybridge", "sum_rows", 25, 287, 611, "fe0867077ac289da")]
    [InlineData("sandybridge", "rope", 12, 64, 701, "68836d52b82dd015")]
    [InlineData("sandybridge", "rope", 6, 96, 711, "d23ab59d2744ae60")]
    [InlineData("x64", "soft_max", 40, 100, 1, "e16efc563f14b757")]
    [InlineData("x64", "soft_max", 25, 287, 11, "e2d412fb6b636102")]
    [InlineData("x64", "soft_max_ext", 40, 100, 101, "1b37c0f1b901d4cf")]
    [InlineData("x64", "soft_max_ext", 25, 287, 111, "2c17cdbf4e1a9073")]
    [InlineData("x64", "norm", 40, 100, 201, "7f6ca4026cf94963")]
    [InlineData("x64", "norm", 25, 287, 211, "44f21e773b210d19")]
    [InlineData("x64", "rms_norm", 40, 100, 301, "f2927c7c74f97b59")]
    [InlineData("x64", "rms_norm", 25, 287, 311, "7151e855fab7b57f")]
    [InlineData("x64", "silu", 40, 100, 401, "b1accea1dc86f9b7")]
    [InlineData("x64", "silu", 25, 287, 411, "3f147174f0af1d4a")]
    [InlineData("x64", "gelu", 40, 100, 501, "e19780d6c93f72c7")]
    [InlineData("x64", "gelu", 25, 287, 511, "b42ae339b167cea8")]
    [InlineData("x64", "sum_rows", 40, 100, 601, "1ef5d468f9864f0f")]
    [InlineData("x64", "sum_rows", 25, 287, 611, "fe0867077ac289da")]
    [InlineData("x64", "rope", 12, 64, 701, "68836d52b82dd015")]
    [InlineData("x64", "rope", 6, 96, 711, "d23ab59d2744ae60")]
    public void An_operator_over_rows_has_the_bits_of_the_release_binary(string cpu, string operation, int rows, int width, int seed, string hash)
    {
        float[] x = [.. Values(seed, rows * width).Select(value => value * 8)];
        float[] y = operation == "rope" ? Rotated(cpu, rows, width, x) : Computed(cpu, operation, rows, width, seed, x);
        Hash(y).Should().Be(hash);
        y[^1] = MathF.BitIncrement(y[^1]); // negative control
        Hash(y).Should().NotBe(hash);
    }

    private static float[] Computed(string cpu, string operation, int rows, int width, int seed, float[] x)
    {
        float[] y = new float[operation == "sum_rows" ? rows : x.Length];
        OperatorPlan plan = PlanOf(operation == "soft_max_ext" ? "soft_max" : operation, cpu);
        OperatorProgram program = plan.Lower(new OperatorShape(rows, 1, width));
        float[] ones = [.. Enumerable.Repeat(1f, width)];
        switch (program)
        {
            case SoftmaxProgram softmax:
                float[] mask = operation == "soft_max_ext" ? Values(seed + 1, x.Length) : [];
                Rounding.RoundInPlace(mask, NumericFormat.Fp16);
                RowOperators.Softmax(softmax, operation == "soft_max_ext" ? 0.5f : 1, x, mask, y);
                break;
            case SumProgram sum:
                RowOperators.Sum(sum, x, y);
                break;
            case NormProgram norm when operation == "norm":
                KernelSelection.Default.LayerNorm(norm, 1e-5f, x, ones, new float[width], y);
                break;
            case NormProgram norm:
                KernelSelection.Default.RmsNorm(norm, 1e-5f, x, ones, y);
                break;
            default:
                if (operation == "gelu")
                    KernelSelection.Default.GeluTanh((ActivationPlan)plan, x, y);
                else
                    RowOperators.Silu((ActivationPlan)plan, width, x, y);
                break;
        }

        return y;
    }

    /// <summary>Two heads a position, positions 0, 37, 74, ...; heads of 64 in pairs of neighbours, of longer ones 64 values in halves.</summary>
    private static float[] Rotated(string cpu, int rows, int width, float[] x)
    {
        ImmutableArray<int> positions = [.. Enumerable.Range(0, rows / 2).Select(row => 37 * row)];
        float[] y = new float[x.Length];
        RowOperators.Rope((RopePlan)PlanOf("rope", cpu), new RopeCall(positions, 2, width) { RotatedDimensions = 64, Interleaved = width == 64 }, x, y);
        return y;
    }

    private static OperatorPlan PlanOf(string operation, string cpu)
    {
        string dispatch = cpu switch { "zen4" => "avx512", "haswell" => "avx2", "piledriver" => "avx_fma", "sandybridge" => "avx", _ => "sse" };
        string unfused = cpu is "sandybridge" or "x64" ? ".unfused" : "";
        IRowFamily family = EngineCatalog.Rows.First(
            rule => rule.Name == $"ggml.{operation}.{dispatch}" || rule.Name == $"ggml.{operation}{(operation is "gelu" or "rope" ? unfused : "")}");
        return family.PlanFor(new RowKey(1, 1)).Plan!;
    }

    /// <summary>SplitMix64's outputs, the upper 24 bits in [-1, 1).</summary>
    private static float[] Values(int seed, int count)
    {
        float[] values = new float[count];
        for (int index = 0; index < count; index++)
        {
            ulong z = unchecked(((ulong)seed * 0xD134_2543_DE82_EF95) + ((ulong)(index + 1) * 0x9E37_79B9_7F4A_7C15));
            z = unchecked((z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9);
            z = unchecked((z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB);
            values[index] = ((long)((z ^ (z >> 31)) >> 40) - 8_388_608) / 8_388_608f;
        }

        return values;
    }

    private static string Hash(float[] values) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan())))[..16];
}
