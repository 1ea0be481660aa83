using FluentAssertions;
using PlanForensics.Attribution;
using PlanForensics.Contracts;
using PlanForensics.Engines;
using PlanForensics.Engines.OpenBlas;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using Xunit;

namespace PlanForensics.Tests.Attribution;

/// <summary>Candidates out of a library's rules: a request replayed alone, under the plan of its row, against the whole batch run at once.</summary>
public sealed class EngineScheduleTests
{
    private static readonly ReplayModel Model = AttributionSetting.Model;

    [Theory]
    [InlineData("Haswell", NumericFormat.Fp32)]
    [InlineData("Haswell", NumericFormat.Bf16)]
    [InlineData("SkylakeX", NumericFormat.Fp32)]
    [InlineData("Prescott", NumericFormat.Fp32)]
    public void A_request_alone_under_its_rows_plan_has_the_bits_that_it_had_in_the_batch(string core, NumericFormat format)
    {
        const int rows = 5;
        var schedule = new EngineSchedule(SgemmFamily.Find(core)!, Model.Graph, Around(format));
        CpuReplayEngine engine = AttributionSetting.Engine(0);
        ReplaySequence[] together = [.. Enumerable.Range(0, rows).Select(Prefilled)];
        ReplayStepResult batch = engine.Run(Model, new ReplayStep
        {
            Phase = ExecutionPhase.Decode,
            Plan = WholeBatch(core, format, rows),
            Batch = [.. together.Select((sequence, row) => new SequenceTokens(sequence, new[] { 7 + row }))],
        });

        var bits = new List<bool>();
        for (int row = 0; row < rows; row++)
        {
            ExecutionPlan plan = schedule.PlanFor(Decode(rows, row));
            ReplayStepResult alone = Alone(engine, plan, row);
            alone.Logits[0].Select(BitConverter.SingleToInt32Bits).Should().Equal(batch.Logits[row].Select(BitConverter.SingleToInt32Bits), $"row {row} of {rows}");
            ReplayStepResult elsewhere = Alone(engine, schedule.PlanFor(Decode(1, 0)), row); // negative control: as if it had been alone
            bits.Add(elsewhere.Logits[0].AsSpan().SequenceEqual(batch.Logits[row]));
        }

        if (core == "Haswell" && format == NumericFormat.Fp32) // bf16 hides it in so few steps
            bits.Should().Contain(false, "the batch matters: a request alone runs other orders in some row").And.Contain(true, "the last of five rows is one of its own on this core");
        batch.LogitsFormat.Should().Be(format);
    }

    [Fact]
    public void Which_row_it_was_must_be_recorded_only_where_it_matters()
    {
        var haswell = new EngineSchedule(SgemmFamily.Find("Haswell")!, Model.Graph, Around(NumericFormat.Fp32));
        StepState state = Decode(5, 4) with { FirstRow = null, BatchIndex = null };

        haswell.Invoking(schedule => schedule.PlanFor(state)).Should().Throw<PlanNotSupportedException>().WithMessage("*does not record first_row*");
        haswell.PlanFor(state with { BatchIndex = 4 }).Text.Should().Be(haswell.PlanFor(Decode(5, 4)).Text, "one row a request: its place is its row");
        haswell.PlanFor(state with { BatchSize = 4, BatchTokens = 4 }).Text.Should().Be(haswell.PlanFor(Decode(4, 2)).Text, "four rows are treated alike");
        haswell.Invoking(schedule => schedule.PlanFor(state with { BatchSize = null, BatchTokens = null })).Should().Throw<PlanNotSupportedException>().WithMessage("*batch_size*");
    }

    [Fact]
    public void Row_by_row_the_batch_does_not_matter_and_in_a_mixed_batch_the_head_has_rows_of_its_own()
    {
        IGemmFamily family = SgemmFamily.Find("Haswell")!;
        var pinned = new EngineSchedule(family, Model.Graph, Around(NumericFormat.Fp32), rowByRow: true);
        var batched = new EngineSchedule(family, Model.Graph, Around(NumericFormat.Fp32));
        StepState mixed = Decode(12, 11) with { BatchSize = 2, BatchIndex = 1 };

        pinned.PlanFor(Decode(5, 2)).Text.Should().Be(pinned.PlanFor(Decode(1, 0)).Text).And.Be(batched.PlanFor(Decode(1, 0)).Text);
        pinned.Name.Should().Be("openblas.haswell.sgemm, 1 thread, row by row");
        Head(batched.PlanFor(mixed)).Should().Be(Head(batched.PlanFor(Decode(2, 1))), "the head multiplies one row a request");
        Projection(batched.PlanFor(mixed)).Should().Be(Projection(batched.PlanFor(Decode(12, 11))), "the projections multiply all of them");
    }

    [Fact]
    public void Vector_rules_compete_row_by_row_only_and_a_single_rule_is_always_listed()
    {
        string[] names = [.. EngineCandidates.Of(EngineCandidates.Families("openblas"), Model.Graph, Around(NumericFormat.Fp32), [1, 2]).Select(schedule => schedule.Name)];

        names.Should().Contain("openblas.haswell.sgemm, 1 thread").And.Contain("openblas.haswell.sgemm, 2 threads, row by row").And.Contain("openblas.haswell.sgemv_t, 1 thread, row by row");
        names.Should().NotContain("openblas.haswell.sgemv_t, 1 thread").And.NotContain(name => name.Contains("sgemv_n", StringComparison.Ordinal)).And.OnlyHaveUniqueItems();
        EngineCandidates.Of(EngineCandidates.Families("openblas.haswell.sgemv_n"), Model.Graph, Around(NumericFormat.Fp32), [1]).Should().HaveCount(2);
        EngineCandidates.Families("open").Should().BeEmpty("a name is cut at its dots");
    }

    [Fact]
    public void Threads_are_the_recorded_ones_or_the_usual()
    {
        EngineCandidates.ThreadsOf(Decode(1, 0) with { LibraryVersions = new ValueMap([new("blas_threads", "3")]) }).Should().Equal(3);
        EngineCandidates.ThreadsOf(Decode(1, 0)).Should().Equal(1, 2, 4, 8);
    }

    private static ExecutionPlan Around(NumericFormat format) => PlanCatalog.Uniform(new GemmPlan(), format);

    private static string Head(ExecutionPlan plan) => plan.GetPlan(ExecutionPhase.Decode, -1, OperatorRole.LmHead).Text;

    private static string Projection(ExecutionPlan plan) => plan.GetPlan(ExecutionPhase.Decode, 0, OperatorRole.DownProjection).Text;

    /// <summary>The library's maps as they are, for all rows at once.</summary>
    private static ExecutionPlan WholeBatch(string core, NumericFormat format, int rows) => Around(format).With(Model.Graph.Operators.Where(node => node.IsGemm).DistinctBy(node => node.Role).Select(node =>
        new PlanRule(null, null, node.Role, EngineOutput.In(SgemmFamily.Find(core)!.PlanFor(new GemmKey(rows, node.N!.Value, node.K!.Value) { WeightsTransposed = true }).Plan!, format, false))));

    private static ReplaySequence Prefilled(int row)
    {
        var sequence = new ReplaySequence(Model.Configuration);
        AttributionSetting.Engine(0).Run(Model, new ReplayStep { Phase = ExecutionPhase.Prefill, Plan = Around(NumericFormat.Bf16), Batch = [new SequenceTokens(sequence, new[] { 3, 17 + row, 5 })] });
        return sequence;
    }

    private static ReplayStepResult Alone(CpuReplayEngine engine, ExecutionPlan plan, int row) => engine.Run(Model, new ReplayStep
    {
        Phase = ExecutionPhase.Decode,
        Plan = plan,
        Batch = [new SequenceTokens(Prefilled(row), new[] { 7 + row })],
        BatchRows = 5,
        FirstRow = row,
    });

    private static StepState Decode(int rows, int row) => new()
    {
        StepIndex = 1,
        Phase = ExecutionPhase.Decode,
        Shape = new StepShape { QueryLength = 1, KeyLength = 4 },
        BatchSize = rows,
        BatchTokens = rows,
        BatchIndex = row,
        FirstRow = row,
    };
}
