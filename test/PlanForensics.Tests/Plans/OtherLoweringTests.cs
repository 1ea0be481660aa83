using FluentAssertions;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Plans;

public sealed class OtherLoweringTests
{
    [Theory]
    [InlineData("attention", 10, 1, 1)] // naive: one block of all keys
    [InlineData("attention kv_block=4", 10, 1, 1)] // a naive attention has no blocks
    [InlineData("attention algorithm=online kv_block=4", 10, 1, 3)] // 4 + 4 + 2
    [InlineData("attention algorithm=split_kv kv_block=4 splits=2", 20, 2, 5)] // 5 blocks, 3 a part: 12 + 8 keys
    [InlineData("attention algorithm=split_kv kv_block=4 splits=4", 20, 3, 5)] // ceil(5/4) = 2 blocks a part: three parts
    [InlineData("attention algorithm=split_kv kv_block=4 partition=10", 25, 3, 8)] // parts of 10, 10 and 5 keys: blocks 4 4 2, 4 4 2, 4 1
    [InlineData("attention algorithm=split_kv kv_block=64 partition=10", 25, 3, 3)] // a block is no longer than its part
    public void Keys_are_cut_into_parts_and_blocks(string plan, int keys, int parts, int blocks)
    {
        var program = (AttentionProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(1, keys, 8));
        program.Parts.Should().HaveCount(parts);
        AttentionBlock[] all = [.. program.Parts.SelectMany(part => part)];
        all.Should().HaveCount(blocks);
        int next = 0;
        foreach (AttentionBlock block in all)
        {
            block.Start.Should().Be(next);
            (block.Values.Depth, block.Sum.Depth).Should().Be((block.Count, block.Count));
            next += block.Count;
        }

        next.Should().Be(keys);
    }

    [Theory]
    [InlineData("attention algorithm=online kv_block=16", "attention normalize=output")] // one block: nothing is rescaled
    [InlineData("attention algorithm=online kv_block=16 rescale=fma", "attention normalize=output")]
    [InlineData("attention algorithm=split_kv kv_block=4", "attention algorithm=online kv_block=4")] // one part is not merged
    [InlineData("norm step=fma acc=fp64", "norm acc=fp64")] // a square is exact in double
    [InlineData("norm cast=before_weight", "norm")] // fp32 output: the cast does nothing
    [InlineData("norm lanes=1 vector=8", "norm")]
    public void Plans_that_do_the_same_share_a_program(string one, string other) => Lower(one).Should().Be(Lower(other));

    [Theory]
    [InlineData("attention algorithm=online kv_block=4", "attention algorithm=online kv_block=8")]
    [InlineData("attention algorithm=online kv_block=4", "attention algorithm=online kv_block=4 rescale=fma")]
    [InlineData("attention", "attention normalize=output")]
    [InlineData("attention", "attention exp_base=2")]
    [InlineData("attention", "attention scale=query")]
    [InlineData("attention", "attention p=bf16")]
    [InlineData("attention", "attention sum_lanes=4")]
    [InlineData("attention", "attention qk_lanes=4")]
    [InlineData("attention", "attention pv_k_block=4")]
    [InlineData("attention", "attention math=sleef")]
    [InlineData("attention", "attention divide=reciprocal")]
    [InlineData("norm", "norm mean=reciprocal")]
    [InlineData("norm", "norm inverse_root=rsqrt")]
    [InlineData("norm", "norm lanes=4")]
    [InlineData("norm", "norm formula=moments")]
    [InlineData("norm out=bf16", "norm out=bf16 cast=before_weight")]
    [InlineData("rope", "rope step=fma")]
    [InlineData("rope", "rope table=bf16")]
    [InlineData("rope", "rope product=bf16")]
    [InlineData("activation", "activation form=sigmoid")]
    [InlineData("activation", "activation intermediate=bf16")]
    [InlineData("residual", "residual out=bf16")]
    [InlineData("argmax", "argmax tie=last")]
    public void A_field_that_matters_changes_the_program(string one, string other) => Lower(one).Should().NotBe(Lower(other));

    [Fact]
    public void A_seeded_arrival_is_a_permutation_that_never_changes()
    {
        AtomicOrder.Seeded(7).Permutation(100).Order().Should().Equal(Enumerable.Range(0, 100));
        // SplitMix64 from state 7, Fisher-Yates from the last index down; pinned, since contracts name the seed.
        AtomicOrder.Seeded(7).Permutation(8).Should().Equal(SeededArrival(7, 8));
        AtomicOrder.Seeded(7).Permutation(8).Should().NotEqual(AtomicOrder.Seeded(8).Permutation(8));
        AtomicOrder.InOrder.Permutation(3).Should().Equal(0, 1, 2);
    }

    private static int[] SeededArrival(ulong state, int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int last = count - 1; last > 0; last--)
        {
            state += 0x9E3779B97F4A7C15;
            ulong z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            int pick = (int)((z ^ (z >> 31)) % (ulong)(last + 1));
            (order[last], order[pick]) = (order[pick], order[last]);
        }

        return order;
    }

    private static OperatorProgram Lower(string plan) => OperatorPlan.Parse(plan).Lower(new OperatorShape(1, 16, 32));
}
