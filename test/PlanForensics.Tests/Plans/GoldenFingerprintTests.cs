using FluentAssertions;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Plans;

/// <summary>Texts and fingerprints are stored in contracts and compared between versions: a change here is a change of the format, to be listed under Numerics in the changelog.</summary>
public sealed class GoldenFingerprintTests
{
    [Theory]
    [InlineData("gemm", 1, 768, 768, "k=768 a=fp32 b=fp32 : fp32(fma 0..767) -> round fp32", "b41463050cdec8b264e6507603c1abfdf32f0cfe466f6c733ad115f77073af87")]
    [InlineData("gemm split_k=4 staging=bf16 out=bf16", 1, 64, 4096, "k=4096 a=fp32 b=fp32 : fp32([4 by 1024: fp32>bf16(fma 0..1023)]) -> round bf16", "fbf289d5c3217e0bc84b9861bab2bf8d4d08139698013b91533dcf3a18aaed74")]
    [InlineData("gemm lanes=4 vector=2", 1, 64, 64, "k=64 a=fp32 b=fp32 : fp32([8 by 8: fma 0..1], fp32([8 by 8: fma 4..5]), fp32([8 by 8: fma 2..3], fp32([8 by 8: fma 6..7]))) -> round fp32", "22ed77ed6272b12bba30579d91a97b82bd3bbb096cd48dc8b9e83871922606a7")]
    [InlineData("gemm step=dot<16,25,rz> operand=bf16 out=bf16", 8, 64, 2048, "k=2048 a=bf16 b=bf16 : fp32(dot<16,25,rz> 0..2047) -> round bf16", "69f06b735dcf388d65be9b4fc1fc5eb813488b2ab01aad539ba53a65bc0a29ad")]
    [InlineData("norm lanes=2 out=bf16", 1, 1, 6, "norm width=6 formula=two_pass mean=divide inverse_root=sqrt_divide cast=after_weight out=bf16 squares: k=6 a=fp32 b=fp32 : fp32(muladd 0..4:2, fp32(muladd 1..5:2)) sum: k=6 a=fp32 b=fp32 : fp32(add 0..4:2, fp32(add 1..5:2))", "712ba5517c76b111f7a3084f1ef629e1fe96a0166109cccdf5c70fe0f4e62e39")]
    [InlineData("attention algorithm=online kv_block=2", 1, 5, 4, "attention keys=5 scale=scores exp_base=e math=portable p=fp32 normalize=output divide=divide rescale=muladd out=fp32 scores: k=4 a=fp32 b=fp32 : fp32(fma 0..3) -> round fp32 blocks: 0+2x2 v(k=2 a=fp32 b=fp32 : fp32(fma 0..1) -> round fp32) s(k=2 a=fp32 b=fp32 : fp32(add 0..1)), 4+1 v(k=1 a=fp32 b=fp32 : fp32(fma 0) -> round fp32) s(k=1 a=fp32 b=fp32 : fp32(add 0))", "d57123bae10e75b48cff78f144dfc244d00c3478ee1fad70765e1d243bf31194")]
    [InlineData("quantized_gemm weights=q4_0 start=zero", 1, 8, 96, "quantized k=96 weights=q4_0 quantizer=reciprocal group=32 factors=scales groups: k=3 a=fp32 b=fp32 : fp32+0(fma 0..2)", "89d2150f1556e8b9f818ece6a6620f329691df9f1e8126b98e51c46a2bcb08d3")]
    [InlineData("quantized_gemm group=16 start=zero lanes=2", 1, 8, 64, "quantized k=64 weights=q8_0 quantizer=reciprocal group=16 factors=scales groups: k=4 a=fp32 b=fp32 : fp32+0(fma 0..2:2, fp32+0(fma 1..3:2))", "4fda735744a03a21cd008c12f500b2a70a147ea7de87e0c41ddef8f50dea91e1")]
    public void A_program_s_text_and_fingerprint_are_pinned(string plan, int rows, int columns, int depth, string text, string fingerprint)
    {
        OperatorProgram program = OperatorPlan.Parse(plan).Lower(new OperatorShape(rows, columns, depth));
        program.Text.Should().Be(text);
        program.Fingerprint.Hex.Should().Be(fingerprint);
    }

    [Fact]
    public void A_fingerprint_is_the_sha256_of_the_text() // sha256sum of the 4 bytes "gemm"
    {
        new GemmPlan().Fingerprint.Hex.Should().Be("16188283876170a45fba90f4b564a995660d682d2741e135eb99bce379458b71");
        new GemmPlan().Fingerprint.Short.Should().Be(new GemmPlan().Fingerprint.Hex[..12]);
        default(PlanFingerprint).Short.Should().BeEmpty();
    }
}
