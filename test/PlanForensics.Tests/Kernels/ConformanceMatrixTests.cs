using FluentAssertions;
using PlanForensics.Conformance;
using PlanForensics.Kernels;
using PlanForensics.Kernels.Reference;
using Xunit;

namespace PlanForensics.Tests.Kernels;

public sealed class ConformanceMatrixTests
{
    public static TheoryData<string> Variants => [.. KernelSelection.Available.Where(static kernels => kernels.Name != "reference").Select(static kernels => kernels.Name)];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Every_family_has_the_bits_of_the_reference_at_every_corner(string name)
    {
        List<string> refused = [];
        (int compared, IReadOnlyList<string> differences) = ConformanceMatrix.Compare(
            ConformanceMatrix.All.Where((_, index) => index % 5 == name.Length % 5), ReferenceKernels.Instance, KernelSelection.Get(name), refused);
        differences.Should().BeEmpty();
        refused.Should().BeEmpty();
        compared.Should().BeGreaterThan(200);
    }
}
