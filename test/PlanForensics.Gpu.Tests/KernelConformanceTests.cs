using CsCheck;
using PlanForensics.Conformance;
using FluentAssertions;
using PlanForensics.Gpu.Execution;
using PlanForensics.Kernels.Reference;
using Xunit;

namespace PlanForensics.Gpu.Tests;

/// <summary>The suite of every engine, on ILGPU's CPU device. PLANFORENSICS_LONG=1 compares a hundred times as many cases.</summary>
public sealed class KernelConformanceTests(CpuDeviceFixture fixture) : IClassFixture<CpuDeviceFixture>
{
    private static readonly int Repeats = Environment.GetEnvironmentVariable("PLANFORENSICS_LONG") == "1" ? 100 : 1;

    [Fact]
    public void Gemm_gives_the_bits_of_the_reference_under_random_plans() => Conforms(ConformanceCases.Gemms, 150, KernelPaths.None, KernelPaths.All & ~KernelPaths.Turnstile, KernelPaths.All);

    [Fact]
    public void Gemm_gives_the_bits_of_the_reference_under_plan_maps() => Conforms(ConformanceCases.MappedGemms, 30);

    [Fact]
    public void Gemm_gives_the_bits_of_the_reference_for_programs_of_any_nesting() => Conforms(ConformanceCases.RandomPrograms, 150);

    [Fact]
    public void Gemm_gives_the_bits_of_the_reference_on_a_matrix_unit() => Conforms(ConformanceCases.MatrixUnitGemms, 100);

    [Fact]
    public void Norms_give_the_bits_of_the_reference() => Conforms(ConformanceCases.Norms, 150);

    [Fact]
    public void Attention_gives_the_bits_of_the_reference() => Conforms(ConformanceCases.Attentions, 120);

    [Fact]
    public void Elementwise_operators_give_the_bits_of_the_reference() => Conforms(ConformanceCases.Elementwise, 200);

    private void Conforms(Gen<ConformanceCase?> cases, long count, params KernelPaths[] choices)
    {
        if (choices.Length == 0)
            choices = [KernelPaths.None, KernelPaths.All];
        GpuOperatorKernels kernels = fixture.Kernels;
        int compared = 0;
        cases.Sample(
            item =>
            {
                if (item is null)
                    return;
                float[] expected = item.Run(ReferenceKernels.Instance);
                foreach (KernelPaths paths in choices)
                {
                    kernels.Paths = paths;
                    if (item.FirstDifference(expected, item.Run(kernels)) is { } difference)
                        throw new InvalidOperationException($"{paths}: {difference}");
                }

                Interlocked.Increment(ref compared);
            },
            iter: Repeats * count, threads: 1);
        compared.Should().BeGreaterThan((int)(count / 6), "many random cases must be plans that run");
    }
}
