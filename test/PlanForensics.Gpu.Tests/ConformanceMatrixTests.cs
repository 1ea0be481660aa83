using FluentAssertions;
using PlanForensics.Conformance;
using PlanForensics.Gpu.Execution;
using PlanForensics.Kernels.Reference;
using Xunit;

namespace PlanForensics.Gpu.Tests;

public sealed class ConformanceMatrixTests(CpuDeviceFixture fixture) : IClassFixture<CpuDeviceFixture>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_family_has_the_bits_of_the_reference_at_every_corner(bool specialised)
    {
        fixture.Kernels.Paths = specialised ? KernelPaths.All : KernelPaths.None;
        List<string> refused = [];
        (int compared, IReadOnlyList<string> differences) = ConformanceMatrix.Compare(Sample(ConformanceMatrix.All), ReferenceKernels.Instance, fixture.Kernels, refused);
        differences.Should().BeEmpty();
        refused.Should().BeEmpty();
        compared.Should().BeGreaterThan(200);
    }

    [Fact]
    public void The_matrix_sees_an_engine_that_is_wrong() // negative control
    {
        (int compared, IReadOnlyList<string> differences) = ConformanceMatrix.Compare(ConformanceMatrix.Gemms.Where(static (_, index) => index % 97 == 0), ReferenceKernels.Instance, new FlippedKernels(fixture.Kernels), []);
        differences.Count.Should().BeGreaterThan(compared / 2);
    }

    /// <summary>A fifth of the cases; PLANFORENSICS_LONG=1 takes all.</summary>
    private static IEnumerable<ConformanceCase> Sample(IEnumerable<ConformanceCase> cases) =>
        Environment.GetEnvironmentVariable("PLANFORENSICS_LONG") == "1" ? cases : cases.Where(static (_, index) => index % 5 == 0);
}
