using CsCheck;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Contracts;

public sealed class ContractValueTests
{
    private static readonly Gen<int?> Part = Gen.Int[1, int.MaxValue].Nullable();

    private static readonly Gen<StepShape> Shapes = Gen.Select(Gen.Int[1, 9999], Gen.Int[1, 9999], Part, Part, Part, (q, k, h, d, tp) =>
        new StepShape { QueryLength = q, KeyLength = k, Heads = h, Hidden = d, TensorParallel = tp });

    [Fact]
    public void A_shape_reads_back_what_it_prints() => Shapes.Sample(shape => StepShape.Parse(shape.ToString()).Should().Be(shape), iter: 200);

    [Theory]
    [InlineData("q=1")]
    [InlineData("q=1,k=0")]
    [InlineData("q=1,k=2,k=3")]
    [InlineData("q=1,k=2,x=3")]
    [InlineData("q=1,k=99999999999")]
    [InlineData("q=1,k")]
    [InlineData("")]
    public void A_bad_shape_is_refused(string text) => ((Action)(() => StepShape.Parse(text))).Should().Throw<FormatException>();

    [Fact]
    public void Hashes_read_back_what_they_print()
    {
        foreach (ContentHash hash in new[] { ContentHash.OfText(""), ContentHash.OfTokenIds([]), ContentHash.FromHmacSha256("a.b-c_9", new string('0', 64)) })
            ContentHash.Parse(hash.ToString()).Should().Be(hash);
        ContentHash.OfText("").Hex.Should().Be("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "SHA-256 of nothing (FIPS 180-4 example)");
    }

    [Theory]
    [InlineData("sha256:")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("hmac-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("hmac-sha256::e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(null)]
    public void A_bad_hash_is_refused(string? text) => ContentHash.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void Lists_and_maps_compare_by_content()
    {
        ValueList<int> list = [1, 2, 3];
        list.Should().BeEquivalentTo(new[] { 1, 2, 3 });
        list.Equals(new[] { 1, 2, 3 }.ToValueList()).Should().BeTrue();
        list.Equals([1, 2]).Should().BeFalse();
        new ValueMap([new("b", "2"), new("a", "1")]).Should().Equal(new ValueMap([new("a", "1"), new("b", "2")]));
        new ValueMap([new("a", "1")]).Equals(new ValueMap([new("a", "2")])).Should().BeFalse();
        ((Action)(() => _ = new ValueMap([new("a", "1"), new("a", "2")]))).Should().Throw<ArgumentException>();
        new ValueMap([new("é", "x"), new("Z", "y"), new("a", "w")])["a"].Should().Be("w");
    }

    [Fact]
    public void A_tensor_reference_is_equal_with_and_without_its_bytes()
    {
        TensorValue tensor = TensorValue.FromFp32([1, 2], 2);
        TensorReference reference = TensorReference.Of(tensor);
        TensorReference bare = reference.WithoutValue();

        bare.Should().Be(reference);
        bare.Value.Should().BeNull();
        bare.WithValue(tensor).Value.Should().BeSameAs(tensor);
        TensorReference.Of(TensorValue.FromFp32([1, 2], 1, 2)).Should().NotBe(reference);
        ((Action)(() => bare.WithValue(TensorValue.FromFp32([1, 3], 2)))).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Fields_are_checked_where_they_are_set()
    {
        StepState state = ContractSamples.State(1);
        ((Action)(() => _ = state with { L2HitRate = 1.01 })).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("L2HitRate");
        ((Action)(() => _ = state with { QueueTimeMs = double.NaN })).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = state with { GpuTimeMs = double.PositiveInfinity })).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = state with { BatchSize = 0 })).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = state with { PlanFingerprint = "ABC" })).Should().Throw<ArgumentException>();
        ((Action)(() => _ = ContractSamples.Small() with { RequestId = " " })).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData("OPENBLAS_CORETYPE", true)]
    [InlineData("MKL_CBWR", true)]
    [InlineData("ATEN_CPU_CAPABILITY", true)]
    [InlineData("DNNL_MAX_CPU_ISA", true)]
    [InlineData("CUBLAS_WORKSPACE_CONFIG", true)]
    [InlineData("CUBLASLT_LOG_LEVEL", true)]
    [InlineData("NCCL_ALGO", true)]
    [InlineData("PATH", false)]
    [InlineData("HOME", false)]
    public void Variables_that_choose_kernels_are_known(string name, bool chooses) => KernelEnvironment.Chooses(name).Should().Be(chooses);

    [Fact]
    public void This_process_s_surroundings_are_gathered()
    {
        Environment.SetEnvironmentVariable("PLANFORENSICS_TEST_CAPTURE", "1");
        Environment.SetEnvironmentVariable("PLANFORENSICS_TEST_SECRET", "1");

        ValueMap captured = KernelEnvironment.Capture();

        captured["PLANFORENSICS_TEST_CAPTURE"].Should().Be("1");
        captured.Keys.Should().OnlyContain(name => KernelEnvironment.Chooses(name)).And.NotContain("PLANFORENSICS_TEST_SECRET");
        KernelEnvironment.CaptureCpuFeatures().Should().BeInAscendingOrder(StringComparer.Ordinal);
    }
}
