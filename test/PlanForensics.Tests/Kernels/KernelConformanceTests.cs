using CsCheck;
using FluentAssertions;
using PlanForensics.Conformance;
using PlanForensics.Kernels;
using PlanForensics.Kernels.Reference;
using Xunit;

namespace PlanForensics.Tests.Kernels;

/// <summary>PLANFORENSICS_LONG=1 compares a hundred times as many cases.</summary>
public sealed class KernelConformanceTests
{
    private static readonly int Repeats = Environment.GetEnvironmentVariable("PLANFORENSICS_LONG") == "1" ? 100 : 1;

    public static TheoryData<string> Variants => [.. KernelSelection.Available.Where(static kernels => kernels.Name != "reference").Select(static kernels => kernels.Name)];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Gemm_gives_the_bits_of_the_reference_under_random_plans(string name) => Conforms(name, ConformanceCases.Gemms, 200);

    [Theory]
    [MemberData(nameof(Variants))]
    public void Gemm_gives_the_bits_of_the_reference_under_plan_maps(string name) => Conforms(name, ConformanceCases.MappedGemms, 60);

    [Theory]
    [MemberData(nameof(Variants))]
    public void Gemm_gives_the_bits_of_the_reference_for_programs_of_any_nesting(string name) => Conforms(name, ConformanceCases.RandomPrograms, 250);

    [Theory]
    [MemberData(nameof(Variants))]
    public void Gemm_gives_the_bits_of_the_reference_on_a_matrix_unit(string name) => Conforms(name, ConformanceCases.MatrixUnitGemms, 100);

    [Theory]
    [MemberData(nameof(Variants))]
    public void Norms_give_the_bits_of_the_reference(string name) => Conforms(name, ConformanceCases.Norms, 200);

    [Theory]
    [MemberData(nameof(Variants))]
    public void Attention_gives_the_bits_of_the_reference(string name) => Conforms(name, ConformanceCases.Attentions, 200);

    [Theory]
    [MemberData(nameof(Variants))]
    public void Elementwise_operators_give_the_bits_of_the_reference(string name) => Conforms(name, ConformanceCases.Elementwise, 200);

    private static void Conforms(string name, Gen<ConformanceCase?> cases, long count)
    {
        IOperatorKernels kernels = KernelSelection.Get(name);
        int compared = 0;
        cases.Sample(
            item =>
            {
                if (item is null)
                    return;
                float[] expected = item.Run(ReferenceKernels.Instance);
                string? difference = item.FirstDifference(expected, item.Run(kernels));
                if (difference is not null)
                    throw new InvalidOperationException(difference);
                Interlocked.Increment(ref compared);
            },
            iter: Repeats * count, threads: 1);
        compared.Should().BeGreaterThan((int)(count / 3), "most random cases must be plans that run");
    }
}
