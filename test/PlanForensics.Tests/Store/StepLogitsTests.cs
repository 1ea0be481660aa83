using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Store;
using PlanForensics.Tests.Contracts;
using Xunit;

namespace PlanForensics.Tests.Store;

public sealed class StepLogitsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(NumericFormat.Fp32, 0, false)]
    [InlineData(NumericFormat.Bf16, 5, false)]
    [InlineData(NumericFormat.Fp16, 3, true)]
    public void Logits_that_are_handed_over_are_observed_as_if_the_caller_had_done_it(NumericFormat format, int topK, bool keepAll)
    {
        float[][] logits = [.. Enumerable.Range(0, 4).Select(step => Logits(format, 700, step))];
        using (Recorder recorder = Recorder.Start(_folder.File(), new RecorderOptions { WhenFull = QueueFullPolicy.Block }))
        {
            RequestRecording recording = recorder.Begin("r1", ContractSamples.Model, EffectiveRequest.FromTokenIds([1, 2]));
            for (int step = 0; step < logits.Length; step++)
                recording.Step(ContractSamples.State(0), Sample(step), new StepLogits(logits[step], format, topK, keepAll)).Should().BeTrue();
            recording.Complete("length");
        }

        using ContractStore store = ContractStore.Open(_folder.File(), ContractStoreMode.ReadOnly);
        ExecutionContract recorded = store.Get("r1");
        for (int step = 0; step < logits.Length; step++)
        {
            recorded.Steps[step].Observation.Should().BeEquivalentTo(StepObservation.FromLogits(TensorValue.FromRounded(format, logits[step], 700), 5, topK, keepAll));
            (recorded.Steps[step].State.FirstRow, recorded.Steps[step].State.BatchIndex).Should().Be((2, 3), "a sample says where in the batch the request was");
        }
    }

    [Fact]
    public void Handing_logits_over_allocates_nothing_on_the_caller()
    {
        using Recorder recorder = Recorder.Start(_folder.File(), new RecorderOptions { WhenFull = QueueFullPolicy.Block, Capacity = 1 << 12, BatchInterval = TimeSpan.FromMinutes(1) });
        RequestRecording recording = recorder.Begin("r1", ContractSamples.Model, EffectiveRequest.FromTokenIds([1, 2]));
        StepState baseline = ContractSamples.State(0);
        var logits = new StepLogits(Logits(NumericFormat.Bf16, 2048, 1), NumericFormat.Bf16, 5);
        for (int index = 0; index < 100; index++)
            recording.Step(baseline, Sample(index), logits);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int index = 100; index < 1000; index++)
            recording.Step(baseline, Sample(index), logits);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Fact]
    public void What_is_no_row_of_logits_is_refused_where_it_is_handed_over()
    {
        FluentActions.Invoking(() => new StepLogits(default)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new StepLogits(new float[3], NumericFormat.Fp8E4M3)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new StepLogits(new float[3], topK: -1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1023)]
    [InlineData(1025)]
    [InlineData(5000)]
    public void The_largest_are_those_that_sorting_finds(int count)
    {
        foreach (NumericFormat format in new[] { NumericFormat.Fp32, NumericFormat.Bf16, NumericFormat.Fp16 })
        {
            for (int seed = 0; seed < 8; seed++)
            {
                float[] logits = Logits(format, count, seed);
                if (seed % 2 == 1)
                    logits[count / 2] = float.NaN;
                int[] expected = [.. Enumerable.Range(0, count).OrderByDescending(token => float.IsNaN(logits[token])).ThenByDescending(token => logits[token]).ThenBy(token => token).Take(6)];
                StepObservation.FromLogits(TensorValue.FromRounded(format, logits, count), null, topK: 6).TopK!.Select(logit => logit.Token).Should().Equal(expected);
            }
        }
    }

    /// <summary>Few distinct values, so that many are equal; both zeros and infinities among them.</summary>
    private static float[] Logits(NumericFormat format, int count, int seed)
    {
        var random = new Random(seed);
        float[] logits = [.. Enumerable.Range(0, count).Select(_ => random.Next(40) switch { 0 => -0f, 1 => float.NegativeInfinity, int value => (value - 20) * 0.25f })];
        Rounding.RoundInPlace(logits, format);
        return logits;
    }

    private static StepSample Sample(int index) => new()
    {
        StepIndex = index, Phase = ExecutionPhase.Decode, QueryLength = 1, KeyLength = index + 1, ChosenToken = 5, BatchIndex = 3, FirstRow = 2,
    };
}
