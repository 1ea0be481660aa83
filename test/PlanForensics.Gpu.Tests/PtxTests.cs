using System.Reflection;
using FluentAssertions;
using ILGPU;
using ILGPU.Runtime.Cuda;
using PlanForensics.Gpu.Ptx;
using Xunit;

namespace PlanForensics.Gpu.Tests;

/// <summary>What a GPU would run: every kernel compiled to PTX without one, and looked through line by line.</summary>
public sealed class PtxTests
{
    public static TheoryData<string> Kernels => [.. KernelCatalog.All.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Every_kernel_compiles_to_ptx_without_arithmetic_that_a_compiler_may_change(string name)
    {
        using Context context = PtxCompiler.NewContext();
        foreach (CudaArchitecture architecture in (CudaArchitecture[])[CudaArchitecture.SM_80, CudaArchitecture.SM_90])
        {
            string ptx = PtxCompiler.Compile(context, KernelCatalog.All[name], architecture);
            if (Environment.GetEnvironmentVariable("PLANFORENSICS_PTX_OUT") is { } folder)
                File.WriteAllText(Path.Combine(folder, $"{name}.{architecture}.ptx"), ptx);
            PtxLint.Check(ptx).Should().BeEmpty();
        }
    }

    [Theory]
    [InlineData(nameof(BadKernels.Contractible), "may be contracted")]
    [InlineData(nameof(BadKernels.Approximate), "approximate")]
    [InlineData(nameof(BadKernels.External), "calls a function")]
    [InlineData(nameof(BadKernels.Extremum), "drops a NaN")]
    [InlineData(nameof(BadKernels.AtomicSum), "order of arrival")]
    [InlineData(nameof(BadKernels.Local), "local memory")]
    [InlineData(nameof(BadKernels.TurnReadOnce), "a turn is read once")]
    public void The_lint_catches_a_kernel_that_breaks_a_rule(string name, string reason) // negative controls
    {
        MethodInfo kernel = typeof(BadKernels).GetMethod(name, BindingFlags.Public | BindingFlags.Static)!;
        PtxLint.Check(PtxCompiler.Compile(kernel, CudaArchitecture.SM_80)).Should().Contain(line => line.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void A_turn_is_awaited_in_a_loop_that_reads_it_each_time_and_branches_as_threads_do()
    {
        MethodInfo kernel = typeof(BadKernels).GetMethod(nameof(BadKernels.TurnAwaited), BindingFlags.Public | BindingFlags.Static)!;
        string ptx = PtxCompiler.Compile(kernel, CudaArchitecture.SM_80);
        PtxLint.Check(ptx).Should().BeEmpty();
        PtxLint.Check("\tL_1:\n\tld.acquire.gpu.global.b32\t%r1, [%rd1];\n\tsetp.ne.u32\t%p1, %r1, %r2;\n\t@%p1 bra.uni\tL_1;\n\tret;").Should().Contain(line => line.StartsWith("uniform branch"));
        PtxLint.Check("\tL_1:\n\tld.acquire.gpu.global.b32\t%r1, [%rd1];\n\tL_2:\n\tsetp.ne.u32\t%p1, %r1, %r2;\n\t@%p1 bra\tL_2;\n\tret;").Should().ContainSingle().Which.Should().StartWith("a turn is read once");
    }

    [Fact]
    public void The_lint_catches_what_no_kernel_of_ilgpu_shows() // negative controls
    {
        PtxLint.Check("\tadd.ftz.f32 %f1, %f2, %f3;").Should().ContainSingle().Which.Should().StartWith("flushes");
        PtxLint.Check("\t@!%p3 bra.uni L_1;").Should().ContainSingle().Which.Should().StartWith("uniform branch");
        PtxLint.Check("\tfma.f32 %f1, %f2, %f3, %f4;").Should().ContainSingle().Which.Should().StartWith("fused");
        PtxLint.Check("\tfma.rn.f32 %f1, %f2, %f3, %f4;\n\tadd.rn.f32 %f1, %f2, %f3;\n\tadd.s32 %r1, %r2, %r3;\n\tbra.uni L_1;").Should().BeEmpty();
        PtxPatch.Apply("\t@%p1 bra.uni L_1;\n\tbra.uni L_2;").Should().Be("\t@%p1 bra L_1;\n\tbra.uni L_2;");
    }
}
