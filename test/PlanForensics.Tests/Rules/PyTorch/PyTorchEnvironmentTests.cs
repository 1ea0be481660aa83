using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Engines.Aten;
using PlanForensics.Numerics;
using PlanForensics.Rules.PyTorch;
using Xunit;

namespace PlanForensics.Tests.Rules.PyTorch;

public sealed class PyTorchEnvironmentTests
{
    private static readonly AtenDecoder Fp32 = new(64, 8, 4, 8, 172, 512, NumericFormat.Fp32);

    [Fact]
    public void What_the_libraries_report_is_believed()
    {
        PyTorchEnvironment environment = PyTorchEnvironment.Of(
            Map(("blas", "OpenBLAS 0.3.21+ds-4 core SkylakeX"), ("torch", "1.13.1, CPU, eager, ATen capability AVX512"), ("onednn", "2.6.3-1, max ISA AVX512_CORE")), Map());
        (environment.Core, environment.Capability, environment.HasNativeBf16).Should().Be(("skylakex", AtenCapability.Avx512, false));
    }

    [Fact]
    public void Variables_choose_where_the_libraries_are_silent()
    {
        PyTorchEnvironment environment = PyTorchEnvironment.Of(
            ValueMap.Empty, Map(("OPENBLAS_CORETYPE", "Sandybridge"), ("ATEN_CPU_CAPABILITY", "default"), ("ONEDNN_MAX_CPU_ISA", "AVX512_CORE"), ("OPENBLAS_NUM_THREADS", "1")));
        (environment.Core, environment.Capability, environment.HasNativeBf16, environment.GemmThreads).Should().Be(("sandybridge", AtenCapability.Default, false, 1));
        PyTorchCandidates.All(Fp32, [1], 1, 2).Where(candidate => PyTorchCandidates.Allows(environment, candidate)).Select(candidate => candidate.Name)
            .Should().Equal("openblas.sandybridge.sgemm, aten.default, batch 1, 1 blas thread");
    }

    /// <summary>OPENBLAS_NUM_THREADS=3 on two processors gives two threads.</summary>
    [Fact]
    public void A_thread_variable_is_an_upper_bound_and_the_library_s_report_decides()
    {
        ValueMap three = Map(("OPENBLAS_NUM_THREADS", "3"));
        PyTorchEnvironment.Of(ValueMap.Empty, three).GemmThreads.Should().BeNull();
        PyTorchEnvironment.Of(Map(("blas_threads", "2")), three).GemmThreads.Should().Be(2);
    }

    [Fact]
    public void An_unset_variable_follows_from_the_processor_only_where_the_environment_was_recorded()
    {
        ValueMap versions = Map(("cpu", "x86-64 AMD EPYC Zen 5, AVX-512 with avx512_bf16"));
        PyTorchEnvironment recorded = PyTorchEnvironment.Of(versions, Map(("OPENBLAS_L2_SIZE", "512")));
        (recorded.Core, recorded.Capability, recorded.HasNativeBf16, recorded.GemmThreads).Should().Be(("cooperlake", AtenCapability.Avx2, true, null));
        PyTorchEnvironment.Of(versions, null).IsUnknown.Should().BeTrue("an environment that was not recorded says nothing");
    }

    [Fact]
    public void Nothing_recorded_allows_every_family() // negative control of Allows
    {
        ValueList<PyTorchCandidate> all = PyTorchCandidates.All(Fp32, [1, 2], 1, 2);
        all.Count.Should().Be(6 * 3 * 2 * 2);
        all.Should().OnlyContain(candidate => PyTorchCandidates.Allows(PyTorchEnvironment.Unknown, candidate));
        all.Select(candidate => candidate.Name).Should().OnlyHaveUniqueItems();
    }

    private static ValueMap Map(params (string Name, string Value)[] pairs) => new(pairs.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));
}
