using System.Diagnostics;
using System.Globalization;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Store;
using Xunit;

namespace PlanForensics.Tests.Store;

public sealed class CrashTests : IDisposable
{
    private const int StepsInBatch = 50;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 0)]
    [InlineData(9, 3)]
    [InlineData(40, 11)]
    public async Task After_kill_minus_9_the_store_opens_and_holds_every_flushed_batch_whole(int flushes, int moreMilliseconds)
    {
        (int request, int batch) = await RecordAndKill(flushes, moreMilliseconds);

        using ContractStore store = ContractStore.Open(_folder.File());

        store.Verify().Should().BeEmpty();
        IReadOnlyList<ContractSummary> requests = store.List();
        requests.Count.Should().BeGreaterThanOrEqualTo(request + 1);
        foreach (ContractSummary summary in requests)
        {
            ExecutionContract contract = store.Get(summary.RequestId);
            int index = int.Parse(summary.RequestId.AsSpan(1), CultureInfo.InvariantCulture);
            int flushed = index < request ? 4 : index == request ? batch + 1 : 0;
            contract.Steps.Count.Should().BeGreaterThanOrEqualTo(flushed * StepsInBatch, $"request {index} had {flushed} batches flushed");
            (contract.Steps.Count % StepsInBatch).Should().Be(0, "a batch is there whole or not at all");
            foreach (ContractStep step in contract.Steps)
                step.Observation.FullLogits!.ToFp32().Should().Equal(index, step.State.StepIndex / StepsInBatch, step.State.StepIndex % StepsInBatch, -1);
        }
    }

    private async Task<(int Request, int Batch)> RecordAndKill(int flushes, int moreMilliseconds)
    {
        ProcessStartInfo start = new(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            ArgumentList = { "exec", Path.Combine(AppContext.BaseDirectory, "PlanForensics.CrashWriter.dll"), _folder.File(), $"{StepsInBatch}" },
        };
        using Process process = Process.Start(start)!;
        (int Request, int Batch) last = (-1, -1);
        try
        {
            for (int flush = 0; flush < flushes; flush++)
                last = Parse(await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            await Task.Delay(moreMilliseconds, TestContext.Current.CancellationToken);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        return last;
    }

    private static (int Request, int Batch) Parse(string? line)
    {
        string[] parts = (line ?? throw new InvalidOperationException("the writer ended by itself")).Split(' ');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
