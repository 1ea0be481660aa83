using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Rules;
using Xunit;

namespace PlanForensics.Tests.Rules;

public sealed class ShapeBucketDispatcherTests
{
    private static readonly ExecutionPlan Small = PlanCatalog.Uniform(PlanCatalog.Gemms["split_k4"], NumericFormat.Fp32);
    private static readonly ExecutionPlan Large = PlanCatalog.Uniform(PlanCatalog.Gemms["sequential_fma"], NumericFormat.Fp32);
    private static readonly ShapeBucketDispatcher Dispatcher = new(new ShapeBucket(8, Small), new ShapeBucket(null, Large));

    [Theory]
    [InlineData(1, true)]
    [InlineData(8, true)]
    [InlineData(9, false)]
    [InlineData(4096, false)]
    public void Rows_pick_the_first_bucket_that_takes_them(int rows, bool small) => Dispatcher.PlanFor(rows).Should().BeSameAs(small ? Small : Large);

    [Theory]
    [InlineData(16, null, 3, false)] // the padded batch is what ran
    [InlineData(null, 9, 3, false)]
    [InlineData(null, null, 8, true)]
    public void A_state_is_read_by_padded_batch_then_tokens_then_size(int? padded, int? tokens, int? size, bool small) =>
        Dispatcher.PlanFor(State with { PaddedBatch = padded, BatchTokens = tokens, BatchSize = size }).Should().BeSameAs(small ? Small : Large);

    [Fact]
    public void A_state_that_does_not_say_its_rows_is_declined() =>
        FluentActions.Invoking(() => Dispatcher.PlanFor(State)).Should().Throw<PlanNotSupportedException>().WithMessage("*step 5*record one of them*");

    [Fact]
    public void Buckets_out_of_order_or_without_an_end_are_refused()
    {
        FluentActions.Invoking(() => new ShapeBucketDispatcher(new ShapeBucket(8, Small))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new ShapeBucketDispatcher(new ShapeBucket(8, Small), new ShapeBucket(4, Small), new ShapeBucket(null, Large))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new ShapeBucketDispatcher(new ShapeBucket(null, Small), new ShapeBucket(null, Large))).Should().Throw<ArgumentException>();
    }

    private static StepState State { get; } = new() { StepIndex = 5, Phase = ExecutionPhase.Decode, Shape = new StepShape { QueryLength = 1, KeyLength = 12 } };
}
