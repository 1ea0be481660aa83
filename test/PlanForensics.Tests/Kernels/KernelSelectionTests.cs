using FluentAssertions;
using PlanForensics.Kernels;
using Xunit;

namespace PlanForensics.Tests.Kernels;

public sealed class KernelSelectionTests
{
    [Fact]
    public void The_reference_and_the_narrowest_vectors_are_always_available() =>
        KernelSelection.Available.Select(static kernels => kernels.Name).Should().ContainInOrder("vector128", "reference").And.OnlyHaveUniqueItems();

    [Fact]
    public void Nothing_forced_takes_the_widest_registers()
    {
        KernelSelection.Choose(null).Should().BeSameAs(KernelSelection.Available[0]);
        KernelSelection.Choose("").Should().BeSameAs(KernelSelection.Available[0]);
    }

    [Fact]
    public void A_forced_kernel_is_taken()
    {
        foreach (IOperatorKernels kernels in KernelSelection.Available)
            KernelSelection.Choose(kernels.Name).Should().BeSameAs(kernels);
    }

    [Fact]
    public void An_unknown_forced_kernel_is_refused_with_the_names_that_exist() =>
        FluentActions.Invoking(() => KernelSelection.Choose("avx9"))
            .Should().Throw<ArgumentException>().WithMessage("PLANFORENSICS_FORCE_KERNEL: no kernel is named \"avx9\"; expected vector512, vector256, vector128, reference*");

    [Fact]
    public void A_kernel_that_this_machine_does_not_run_is_refused()
    {
        string? missing = new[] { "vector512", "vector256" }.FirstOrDefault(static name => KernelSelection.Available.All(kernels => kernels.Name != name));
        if (missing is null)
            Assert.Skip("this machine runs every kernel; start the tests with DOTNET_EnableAVX512=0 to see one refused");
        FluentActions.Invoking(() => KernelSelection.Get(missing)).Should().Throw<PlatformNotSupportedException>().WithMessage($"*{missing} does not run on this machine*");
    }

    [Fact]
    public void Fewer_than_one_thread_is_refused() =>
        FluentActions.Invoking(static () => KernelSelection.Create("vector128", 0)).Should().Throw<ArgumentOutOfRangeException>();
}
