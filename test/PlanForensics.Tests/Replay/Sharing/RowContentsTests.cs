using CsCheck;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Replay.Sharing;
using Xunit;

namespace PlanForensics.Tests.Replay.Sharing;

public sealed class RowContentsTests
{
    [Fact]
    public void Rows_are_one_only_when_every_bit_is_equal()
    {
        var memo = new OperatorMemo(1 << 16);
        float[] zeros = new float[5];
        float[] negative = [0, 0, -0f, 0, 0];
        float quiet = BitConverter.UInt32BitsToSingle(0x7FC00000), other = BitConverter.UInt32BitsToSingle(0x7FC00001);

        memo.RowOf(zeros).Id.Should().Be(memo.RowOf(new float[5]).Id);
        memo.RowOf(negative).Id.Should().NotBe(memo.RowOf(zeros).Id, "-0 is another value in bits");
        memo.RowOf(new float[6]).Id.Should().NotBe(memo.RowOf(zeros).Id, "of another width");
        memo.RowOf([quiet]).Id.Should().NotBe(memo.RowOf([other]).Id, "a NaN has its payload");
        memo.RowOf([quiet]).Id.Should().Be(memo.RowOf([quiet]).Id);
    }

    // Rows whose hashes collide are told apart by their values: the hash is given, not computed.
    [Fact]
    public void Rows_of_one_hash_stay_apart_and_each_can_go_alone()
    {
        var contents = new RowContents(capacity: 0);
        SharedRow[] rows = [.. Enumerable.Range(0, 3).Select(value => contents.Add([value], hash: 7))];

        for (int value = 0; value < 3; value++)
            contents.Find([value], 7).Should().BeSameAs(rows[value]);
        contents.Find([3], 7).Should().BeNull();
        foreach (int gone in (int[])[1, 2, 0])
        {
            contents.Remove(rows[gone]);
            contents.Find([gone], 7).Should().BeNull();
        }

        contents.Remove(rows[0]);
        contents.Find([0], 7).Should().BeNull();
    }

    [Fact]
    public void Memos_of_any_budget_count_their_bytes_and_find_what_a_dictionary_finds() => Gen.Select(Gen.Int[0, 6000], Gen.Int[0, 30].Array[200]).Sample((budget, uses) =>
    {
        var memo = new OperatorMemo(budget);
        object node = new();
        var ids = new Dictionary<int, long>();
        foreach (int use in uses)
        {
            float[] values = [use % 7, use % 3];
            var rows = new SharedRow?[1];
            var key = new SharedKey(node, 1, use);
            bool found = memo.Find([key], rows) == 1;
            SharedRow row = found ? rows[0]! : memo.Add(key, [.. values]);
            row.Values.Should().Equal(values);
            ids[use] = row.Id;
            memo.Bytes.Should().BeInRange(0, budget);
        }

        if (budget >= 31 * (256 + 8))
            ids.GroupBy(pair => (pair.Key % 7, pair.Key % 3)).Should().OnlyContain(group => group.Select(pair => pair.Value).Distinct().Count() == 1);
        memo.Hits.Should().BeLessThanOrEqualTo(uses.Length - (budget == 0 ? uses.Length : 1));
    });

    // What is kept with a row answers only the question that made it.
    [Fact]
    public void An_observation_kept_with_logits_is_given_for_the_same_question_only()
    {
        var memo = new OperatorMemo(1 << 16);
        float[] values = [1, 3, 3, 2];
        var logits = new SharedLogits(memo, memo.RowOf(values));
        long before = memo.Bytes;

        logits.Token(TieRule.First).Should().Be(1);
        StepObservation first = logits.Observe(NumericFormat.Fp32, 1, topK: 0);
        logits.Observe(NumericFormat.Fp32, 1, topK: 0).Should().BeSameAs(first);
        memo.Bytes.Should().Be(before + 16, "the observation holds the four logits once more");
        logits.Observe(NumericFormat.Fp32, 1, topK: 3).TopK.Should().HaveCount(3);
        logits.Observe(NumericFormat.Bf16, 1, topK: 3).LogitsFormat.Should().Be(NumericFormat.Bf16);
        logits.Token(TieRule.Last).Should().Be(2);
        logits.Observe(NumericFormat.Fp32, 2, topK: 0).ChosenToken.Should().Be(2);
        logits.Observe(NumericFormat.Fp32, 2, topK: 0).Should().Be(StepObservation.FromLogits(TensorValue.FromFp32(values, 4), 2));
        memo.Bytes.Should().Be(before + 16);
    }

    [Fact]
    public void Logits_given_out_are_copies_of_what_the_memo_keeps()
    {
        var memo = new OperatorMemo(1 << 16);
        SharedRow row = memo.RowOf([1, 2, 3]);
        var list = new SharedLogitsList([new SharedLogits(memo, row)]);

        list[0][1] = 99;

        row.Values.Should().Equal(1, 2, 3);
        list[0][1].Should().Be(99, "a caller keeps its own copy");
        list.Should().HaveCount(1).And.Contain(copy => copy.Length == 3);
    }
}
