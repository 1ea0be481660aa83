using System.Diagnostics;
using System.Globalization;
using System.Text;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Telemetry;
using PlanForensics.Store;
using PlanForensics.Telemetry;
using PlanForensics.Tests.Store;
using Xunit;

namespace PlanForensics.Tests.Telemetry;

/// <summary>Imports of many lines. With <c>PLANFORENSICS_LONG=1</c> a million, at most 20 s each on an idle machine.</summary>
public sealed class ImportVolumeTests : IDisposable
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("PLANFORENSICS_LONG") == "1";
    private static readonly int Lines = IsLong ? 1_000_000 : 20_000;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Contracts_stream_into_a_store() => Measure(
        index => $$$"""{"schema_version":1,"request_id":"r{{{index}}}","recorded_at":"2026-03-01T12:00:00Z","model":{"name":"tiny"},"request":{"effective_token_count":{{{1 + (index % 50)}}}},"steps":[{"state":{"step_index":0,"phase":"prefill","shape":{"query_length":3,"key_length":3},"batch_size":{{{1 + (index % 8)}}},"queue_time_ms":0.5,"kv_regime":"paged","algorithm_id":"{{{60 + (index % 9)}}}"},"observation":{"chosen_token":{{{index % 1000}}}}}]}""",
        (store, stream) => store.Import(stream).Should().Be(new ContractImport(Lines, Lines, 0, 0, Lines)));

    [Fact]
    public void Dictionaries_stream_into_a_store() => Measure(
        index => index % 100 == 0
            ? $$$"""{"trace_x":{"request_id":"t{{{index / 100}}}","model":"tiny","token_count":37}}"""
            : $$$"""{"step_s":{"step":{{{(index % 100) - 1}}},"batch_fp":"b{{{index / 8}}}","shape":"q=1,k={{{10 + (index % 100)}}},h=8,d=64,tp=2","kv_regime":"paged","algo_id":{{{60 + (index % 9)}}},"queue_ms":0.5,"token":{{{index % 1000}}},"tenant":"a"}}""",
        (store, stream) => store.Import(new TelemetryOrigin("trace", "t", new string('a', 64), DateTimeOffset.UnixEpoch), sink => new TraceReader(stream).Read(sink).Remarks)
            .Should().BeEquivalentTo(new { Requests = (long)Lines / 100, Steps = (long)Lines / 100 * 99 }));

    private void Measure(Func<int, string> line, Action<ContractStore, Stream> import)
    {
        string path = _folder.File("lines.jsonl");
        using (StreamWriter writer = new(path, append: false, new UTF8Encoding(false)))
            for (int index = 0; index < Lines; index++)
                writer.WriteLine(line(index));
        using ContractStore store = ContractStore.Open(_folder.File());
        using FileStream stream = File.OpenRead(path);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        TimeSpan processorBefore = Process.GetCurrentProcess().TotalProcessorTime;
        long started = Stopwatch.GetTimestamp();

        import(store, stream);

        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime - processorBefore;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Lines} lines: {elapsed.TotalSeconds:F1} s, {processor.TotalSeconds:F1} s of processor time"));
        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(100_000_000, "lines do not stay");
        if (IsLong)
            elapsed.Should().BeLessThan(TimeSpan.FromSeconds(20));
    }
}
