using System.Text.RegularExpressions;
using FluentAssertions;
using ILGPU.Runtime.Cuda;
using PlanForensics.Gpu.Ptx;
using Xunit;

namespace PlanForensics.Gpu.Tests;

/// <summary>How often the instructions that decide bits and order stand in a kernel.</summary>
public sealed class PtxCountTests
{
    [Theory]
    // 64 sums of a thread in the loop of whole panels and in that of the last one; one barrier between stages.
    [InlineData("TileKernels.Gemm(FmaStep, Fp32Weights)", "fma.rn.f32", 128)]
    [InlineData("TileKernels.Gemm(FmaStep, Fp32Weights)", "bar.sync", 1)]
    [InlineData("TileKernels.Gemm(MulAddStep, Fp32Weights)", "mul.rn.f32", 128)]
    [InlineData("TileKernels.Gemm(FmaStep, Fp32Weights)", "ld.shared.v4.f32", 8)]
    [InlineData("TileKernels.Gemm(FmaStep, Fp32Weights)", "ld.global.v4.f32", 2)] // activations
    [InlineData("TileKernels.Gemm(FmaStep, Fp32Weights)", "ld.global.v4.b32", 2)] // weights
    [InlineData("TileKernels.Gemm(FmaStep, Bf16Weights)", "ld.global.v4.b32", 0)]
    [InlineData("TileKernels.Gemm(FmaStep, Bf16Weights)", "ld.global.v2.b32", 2)] // as many weights, half the bytes
    [InlineData("TileKernels.Gemm(FmaStep, Bf16Weights)", "mul.rn.f32", 0)] // widened by shifts
    // A number for the group, stages, the turn, and the end of it.
    [InlineData("TurnstileKernels.Gemm(FmaStep, Bf16Weights)", "fma.rn.f32", 128)]
    [InlineData("TurnstileKernels.Gemm(FmaStep, Bf16Weights)", "bar.sync", 4)]
    [InlineData("TurnstileKernels.Gemm(FmaStep, Bf16Weights)", "atom.add", 1)]
    [InlineData("TurnstileKernels.Gemm(FmaStep, Bf16Weights)", "ld.acquire.gpu.global.b32", 1)]
    [InlineData("TurnstileKernels.Gemm(FmaStep, Bf16Weights)", "st.release.gpu.global.b32", 1)]
    // Lanes of eight: four octets at a time, the rest one octet at a time; lanes of four alike; and unaligned rows one term at a time.
    [InlineData("WarpKernels.Gemv(FmaStep, Fp32Weights)", "fma.rn.f32", 32 + 8 + 16 + 4 + 1)]
    [InlineData("WarpKernels.Gemv(FmaStep, Fp32Weights)", "bar.sync", 0)]
    [InlineData("WarpKernels.Gemv(FmaStep, Fp32Weights)", "ld.global.v4.b32", 8 + 2 + 4 + 1)]
    [InlineData("WarpKernels.Gemv(FmaStep, Bf16Weights)", "fma.rn.f32", 32 + 8 + 16 + 4 + 1)]
    [InlineData("WarpKernels.Gemv(FmaStep, Bf16Weights)", "ld.global.v4.b32", 4 + 1)] // eight weights a load of 128 bits
    [InlineData("WarpKernels.Gemv(FmaStep, Bf16Weights)", "ld.global.v2.b32", 4 + 1)] // lanes of four
    [InlineData("WarpKernels.Gemv(FmaStep, Fp16Weights)", "ld.global.v4.b32", 4 + 1)]
    // Two halves of a stage, four rows of blocks, four columns; three barriers for each total of a norm.
    [InlineData("UnitKernels.Gemm(Bf16Unit, EightWarps)", "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32", 32)]
    [InlineData("UnitKernels.Gemm(Fp16Unit, EightWarps)", "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", 32)]
    [InlineData("UnitKernels.Gemm(Tf32Unit, EightWarps)", "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32", 32)]
    [InlineData("UnitKernels.Gemm(Bf16Unit, EightWarps)", "ldmatrix.sync.aligned.m8n8.x4.shared.b16", 12)]
    [InlineData("UnitKernels.Gemm(Bf16Unit, EightWarps)", "cp.async.wait_group", 1)]
    [InlineData("UnitKernels.Gemm(Bf16Unit, EightWarps)", "bar.sync", 2)]
    [InlineData("UnitKernels.Gemm(Bf16Unit, EightWarps)", "fma.rn.f32", 0)]
    [InlineData("RowKernels.Norm(FmaStep)", "bar.sync", 6)]
    // The query, then each block: maximum (two and one in its loop), exponentials, the sum of a normalised plan, probabilities, the end; the lanes' merge; the unit's end.
    [InlineData("FusedAttentionKernels.Attend", "bar.sync", 9)]
    [InlineData("ElementwiseKernels.Add", "add.rn.f32", 1)]
    [InlineData("ElementwiseKernels.Add", "fma.rn.f32", 0)]
    public void An_instruction_stands_as_often_as_the_kernel_says(string kernel, string instruction, int count) => PtxLint.Count(PtxOf(kernel), instruction).Should().Be(count);

    [Fact]
    public void The_loop_of_a_bf16_gemv_loads_128_bits_of_weights_four_times_before_it_widens_one()
    {
        string ptx = PtxOf("WarpKernels.Gemv(FmaStep, Bf16Weights)");
        string loop = Regex.Split(ptx, @"^\s*L_\d+:", RegexOptions.Multiline).Single(static block => PtxLint.Count(block, "fma.rn.f32") == 32);
        PtxLint.Count(loop, "ld.global.v4.b32").Should().Be(4);
        PtxLint.Count(loop, "ld.global.v2.b32").Should().Be(0);
        loop.LastIndexOf("ld.global.v4.b32", StringComparison.Ordinal).Should().BeLessThan(loop.IndexOf("shl.b32", StringComparison.Ordinal));
        (PtxLint.Count(loop, "shl.b32"), PtxLint.Count(loop, "and.b32"), PtxLint.Count(loop, "cvt")).Should().Be((16, 16, 0), "a bf16 weight is widened by a shift or a mask");
    }

    [Theory]
    [InlineData("WarpKernels.Gemv(FmaStep, Bf16Weights)", true)]
    [InlineData("RowKernels.Norm(MulAddStep)", true)]
    [InlineData("TileKernels.Gemm(FmaStep, Fp32Weights)", false)]
    [InlineData("ProgramKernels.Gemm(Fp16Weights)", false)]
    public void Only_kernels_of_warps_exchange_lanes(string kernel, bool exchanges) => (PtxLint.Count(PtxOf(kernel), "shfl.sync") > 0).Should().Be(exchanges);

    private static readonly Dictionary<string, string> Compiled = [];

    private static string PtxOf(string kernel)
    {
        lock (Compiled)
        {
            if (!Compiled.TryGetValue(kernel, out string? ptx))
                Compiled[kernel] = ptx = PtxCompiler.Compile(KernelCatalog.All[kernel], CudaArchitecture.SM_80);
            return ptx;
        }
    }
}
