using FluentAssertions;
using PlanForensics.Engines.Aten;
using PlanForensics.Engines.OneDnn;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Engines.Aten;

public class AtenEagerDecoderTests
{
    /// <summary>
    /// 3 heads of 24 over 18 keys: 432 multiplications a matrix, at most 2,592 in all, so ATen's own loops run. Keys along K: sums in fp32, one rounding. Keys copied across K: bf16 after every
    /// term, as for p v. One key head is repeated without a copy, so from two rows on torch.matmul copies.
    /// </summary>
    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(2, 1, true)]
    [InlineData(2, 3, false)]
    public void A_single_key_head_is_copied_across_K_from_two_rows_on(int batch, int keyHeads, bool copied)
    {
        var rule = new AtenEagerDecoder(new AtenBackend(AtenCapability.Avx2, new OneDnn2Bf16()), new AtenDecoder(72, 3, keyHeads, 24, 100, 130, NumericFormat.Bf16));
        string plan = rule.PlanFor(new AtenStep(batch, 1, 18)).Text;
        const string EveryTerm = "gemm step=muladd acc=bf16 out=bf16 start=zero";
        plan.Contains($"| {EveryTerm} | {EveryTerm}}}", StringComparison.Ordinal).Should().Be(copied);
        plan.Should().Contain($"| {EveryTerm}}}", "p v rounds every term either way");
    }
}
