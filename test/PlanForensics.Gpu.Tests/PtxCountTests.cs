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
    [InlineData("TileKernels.Gemm(FmaStep)", "fma.rn.f32", 128)]
    [InlineData("TileKernels.Gemm(FmaStep)", "bar.sync", 1)]
    [InlineData("TileKernels.Gemm(MulAddStep)", "mul.rn.f32", 128)]
    [InlineData("TileKernels.Gemm(FmaStep)", "ld.shared.v4.f32", 8)]
    [InlineData("TileKernels.Gemm(FmaStep)", "ld.global.v4.f32", 4)]
    // Four loads of four terms at a time, the rest one four at a time, and unaligned rows one term at a time.
    [InlineData("WarpKernels.Gemv(FmaStep)", "fma.rn.f32", 21)]
    [InlineData("WarpKernels.Gemv(FmaStep)", "bar.sync", 0)]
    // Two halves of a stage, four rows of blocks, four columns; three barriers for each total of a norm.
    [InlineData("UnitKernels.Gemm(Bf16Unit, EightWarps)", "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32", 32)]
    [InlineData("UnitKernels.Gemm(Fp16Unit, EightWarps)", "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", 32)]
    [InlineData("UnitKernels.Gemm(Tf32Unit, EightWarps)", "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32", 32)]
    [InlineData("UnitKernels.Gemm(Bf16Unit, EightWarps)", "ldmatrix.sync.aligned.m8n8.x4.shared.b16", 12)]
    [InlineData("UnitKernels.Gemm(Bf16Unit, EightWarps)", "cp.async.wait_group", 1)]
    [InlineData("UnitKernels.Gemm(Bf16Unit, EightWarps)", "bar.sync", 2)]
    [InlineData("UnitKernels.Gemm(Bf16Unit, EightWarps)", "fma.rn.f32", 0)]
    [InlineData("RowKernels.Norm(FmaStep)", "bar.sync", 6)]
    [InlineData("ElementwiseKernels.Add", "add.rn.f32", 1)]
    [InlineData("ElementwiseKernels.Add", "fma.rn.f32", 0)]
    public void An_instruction_stands_as_often_as_the_kernel_says(string kernel, string instruction, int count) => PtxLint.Count(PtxOf(kernel), instruction).Should().Be(count);

    [Theory]
    [InlineData("WarpKernels.Gemv(FmaStep)", true)]
    [InlineData("RowKernels.Norm(MulAddStep)", true)]
    [InlineData("TileKernels.Gemm(FmaStep)", false)]
    [InlineData("ProgramKernels.Gemm", false)]
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
