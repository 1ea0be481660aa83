using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Telemetry;
using PlanForensics.Plans;
using PlanForensics.Store;
using PlanForensics.Telemetry;
using PlanForensics.Tests.Store;
using Xunit;

namespace PlanForensics.Tests.Telemetry;

public sealed class NsysReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Counts and columns by hand: sqlite3 cutlass_gemm.sqlite "SELECT count(*) FROM CUPTI_ACTIVITY_KIND_KERNEL" and so on.
    [Theory]
    [InlineData("cutlass_gemm.sqlite", 6, 21 + 0, "cudaLaunchKernel_v7000", 471, 27_041_947, 11_933_350_563, "128,96,1", "128,1,1", "2024-01-16T23:00:46.8241603Z")]
    [InlineData("mpi_saxpy_2022.sqlite", 5, 95 + 24, "cudaLaunchKernel", 140, 17_704_808, 924_889_832, "2,1,1", "512,1,1", "2023-06-26T21:00:58.5622196Z")]
    public void Real_exports_of_two_schema_versions_are_read(
        string file, int kernels, int others, string call, long correlation, long nanoseconds, long launched, string grid, string block, string startedAt)
    {
        (CollectingSink sink, TelemetryCounts counts) = Read(SharedData.PathOf("nsys", file));

        sink.Kernels.Should().HaveCount(kernels).And.BeInAscendingOrder(kernel => kernel.StartNanoseconds);
        sink.Kernels.Should().OnlyContain(kernel => kernel.LaunchCall == call && kernel.LaunchNanoseconds < kernel.StartNanoseconds && kernel.Step == null);
        counts.Records.Should().Be(kernels + others);
        counts.Remarks.Should().ContainSingle(remark => remark.StartsWith("no step is known"));
        sink.Requests.Should().BeEmpty();
        KernelLaunch first = sink.Kernels[0];
        first.CorrelationId.Should().Be(correlation);
        (first.EndNanoseconds - first.StartNanoseconds).Should().Be(nanoseconds);
        first.LaunchNanoseconds.Should().Be(launched);
        first.Grid.ToString().Should().Be(grid);
        first.Block.ToString().Should().Be(block);
        first.StartedAt.Should().Be(DateTimeOffset.Parse(startedAt, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_real_kernel_name_tells_its_plan()
    {
        (CollectingSink sink, _) = Read(SharedData.PathOf("nsys", "cutlass_gemm.sqlite"));

        sink.Kernels[0].Kernel.Should().BeEquivalentTo(new { Family = "cutlass2", Operator = "gemm", BaseName = "Kernel" });
        sink.Kernels[0].Kernel.DescriptionJson.Should().Be(
            """{"tile":{"m":128,"n":128,"k":32},"instruction":{"m":16,"n":8,"k":8},"operand_format":"fp16","accumulator_format":"fp32"}""");
    }

    [Fact]
    public void Ranges_of_an_engine_become_steps_with_the_composition_of_their_batch()
    {
        NsysFixture.Write(_folder.File());

        (CollectingSink sink, _) = Read(_folder.File());

        ExecutionContract timeline = sink.Requests.Should().ContainSingle().Which;
        timeline.Request.Approximation.Should().Contain("timeline");
        timeline.RecordedAt.Should().Be(new DateTimeOffset(2023, 11, 14, 22, 13, 20, TimeSpan.Zero));
        timeline.Steps.Select(step => (step.State.StepIndex, step.State.Rank, step.State.Phase, step.State.BatchSize, step.State.BatchTokens)).Should().Equal(
            (0, 0, ExecutionPhase.Prefill, 5, 41), (0, 1, ExecutionPhase.Prefill, 5, 41), (1, 0, ExecutionPhase.Decode, 5, 5),
            (1, 1, ExecutionPhase.Decode, 5, 5), (2, 0, ExecutionPhase.Decode, 6, 6), (2, 1, ExecutionPhase.Decode, 6, 6));
        timeline.Steps.Should().OnlyContain(step => step.State.KernelVariant == NsysFixture.Gemm && step.State.GpuTimeMs == 3.001
            && step.State.Collective!.CommTimeMs == 1 && step.State.Collective.RankSkewMs == 0.5 && step.State.SmCount == 132);
        timeline.Steps[0].State.UnknownFields!["context_tokens"].GetInt32().Should().Be(37);
    }

    [Fact]
    public void Kernels_join_by_process_and_correlation_and_go_to_the_step_that_launched_them()
    {
        NsysFixture.Write(_folder.File());

        (CollectingSink sink, _) = Read(_folder.File());

        sink.Kernels.Should().HaveCount(18);
        foreach (KernelLaunch kernel in sink.Kernels)
        {
            kernel.Step!.Rank.Should().Be((int)kernel.Device!.Value, "equal correlation ids of two processes are not mixed");
            kernel.LaunchCall.Should().Be("cudaLaunchKernel", "the outer call began first");
            kernel.Step.StepIndex.Should().Be((int)((kernel.LaunchNanoseconds!.Value - 1_000_000) / 20_000_000));
            kernel.IsAfterRange.Should().Be(kernel.Kernel.Name == "sampler_kernel");
        }
    }

    [Fact]
    public void By_their_time_on_the_device_kernels_would_look_as_if_they_ran_after_the_range() // negative control of the join
    {
        NsysFixture.Write(_folder.File(), withCalls: false);

        (CollectingSink sink, TelemetryCounts counts) = Read(_folder.File());

        sink.Kernels.Should().OnlyContain(kernel => kernel.LaunchNanoseconds == null && kernel.IsAfterRange);
        counts.Remarks.Should().Contain("the table CUPTI_ACTIVITY_KIND_RUNTIME is missing").And.Contain(remark => remark.StartsWith("18 kernels have no launch call"));
    }

    [Fact]
    public void Missing_columns_and_tables_are_tolerated_and_remarked()
    {
        NsysFixture.Write(_folder.File(), withProcess: false, withRanges: false);
        (CollectingSink old, TelemetryCounts counts) = Read(_folder.File());
        old.Kernels.Should().HaveCount(18).And.OnlyContain(kernel => kernel.ProcessId == null && kernel.Step == null);
        counts.Remarks.Should().Contain(remark => remark.Contains("lacks globalPid")).And.Contain("no step is known: the table NVTX_EVENTS is missing");

        SqliteRows.Execute(_folder.File("empty.sqlite"), "CREATE TABLE META_DATA_EXPORT (name TEXT, value TEXT)");
        (CollectingSink empty, TelemetryCounts none) = Read(_folder.File("empty.sqlite"));
        empty.Kernels.Should().BeEmpty();
        none.Remarks.Should().Contain("the table CUPTI_ACTIVITY_KIND_KERNEL is missing");
    }

    [Theory]
    [InlineData("execute_context_0(0)_generation_1(1)", 1, 1)]
    [InlineData("prefix execute_context_2(300)_generation_7(7)", 9, 307)]
    [InlineData("[Executor] _forward_step 12: 3 ctx reqs, 90 ctx tokens, 5 gen reqs", 8, 95)]
    [InlineData("[Executor] _forward_step: 0 ctx reqs, 5 gen reqs", 5, 5)]
    [InlineData("[Executor] _forward_step 1: 3 ctx reqs, 5 gen reqs", 8, null)]
    public void Names_of_ranges_tell_the_batch(string name, int size, int? tokens)
    {
        NsysRange range = NsysRange.Find(1, 0, 1, name)!;

        range.BatchSize.Should().Be(size);
        range.BatchTokens.Should().Be(tokens);
        NsysRange.Find(1, 0, 1, "execute_model").Should().BeNull();
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_and_a_database_is_left_as_it_was()
    {
        File.WriteAllText(_folder.File("text.sqlite"), "no database");
        FluentActions.Invoking(() => ForeignDatabase.Open(_folder.File("text.sqlite"))).Should().Throw<ContractStoreException>();

        NsysFixture.Write(_folder.File());
        byte[] before = File.ReadAllBytes(_folder.File());
        Read(_folder.File());
        File.ReadAllBytes(_folder.File()).Should().Equal(before);
    }

    private static (CollectingSink Sink, TelemetryCounts Counts) Read(string path)
    {
        CollectingSink sink = new();
        using ForeignDatabase database = ForeignDatabase.Open(path);
        return (sink, new NsysReader(database).Read(sink));
    }
}
