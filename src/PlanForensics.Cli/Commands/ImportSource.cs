using System.Security.Cryptography;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Telemetry;
using PlanForensics.Store;
using PlanForensics.Telemetry;

namespace PlanForensics.Cli.Commands;

/// <summary>The file, or standard input, that an import reads.</summary>
internal sealed class ImportSource : IDisposable
{
    private const int ProgressUnits = 1000;
    private readonly Session _session;
    private readonly Stream _stream;
    private readonly bool _isInput;
    private readonly byte[] _head;

    private ImportSource(string name, Stream stream, bool isInput, Session session)
    {
        (Name, _stream, _isInput, _session) = (name, stream, isInput, session);
        byte[] head = new byte[TelemetryFormats.HeadBytes];
        _head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        if (!isInput)
            stream.Position = 0;
    }

    /// <summary>The file as given on the command line.</summary>
    public string Name { get; }

    public static ImportSource Open(string file, Session session) => file == "-"
        ? new ImportSource(file, Console.OpenStandardInput(), isInput: true, session)
        : new ImportSource(file, File.OpenRead(InputFile.Existing(file, "file of records")), isInput: false, session);

    public TelemetryFormat? Detect() => TelemetryFormats.Detect(_head);

    public ContractImport ImportContracts(ContractStore store, bool skipBad, List<ContractFormatException> skipped) => Track(
        _isInput ? new HeadedStream(_head, _stream) : _stream,
        watched => store.Import(watched, new ContractReadOptions { SkipDamaged = skipBad, OnSkipped = skipped.Add }));

    public ImportDocument ImportTelemetry(ContractStore store, TelemetryFormat format, bool skipBad, List<ContractFormatException> skipped)
    {
        if (!_isInput)
            return ImportFile(Name, store, format, skipBad, skipped);
        // A file is known by its hash, which must be there before its records are: what comes by pipe is set down first.
        using FileStream spooled = new(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.Read, 1 << 16, FileOptions.DeleteOnClose);
        using HeadedStream input = new(_head, _stream);
        input.CopyTo(spooled);
        spooled.Flush();
        return ImportFile(spooled.Name, store, format, skipBad, skipped);
    }

    public void Dispose() => _stream.Dispose();

    private ImportDocument ImportFile(string path, ContractStore store, TelemetryFormat format, bool skipBad, List<ContractFormatException> skipped)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
        string sha256 = Track(file, watched => Convert.ToHexStringLower(SHA256.HashData(watched)));
        file.Position = 0;
        TelemetryOrigin origin = new(TelemetryFormats.NameOf(format), _isInput ? "-" : Path.GetFileName(Name), sha256, DateTimeOffset.UtcNow);
        TelemetryReadOptions options = new()
        {
            SkipDamaged = skipBad,
            OnSkipped = skipped.Add,
            Source = _isInput ? "stdin" : Path.GetFileNameWithoutExtension(Name),
            ImportedAt = origin.ImportedAt,
            Cancellation = _session.Cancellation,
        };
        TelemetryCounts counts = new(0, 0, []);
        TelemetryImport done = Track(file, watched => store.Import(origin, sink =>
        {
            counts = Read(format, path, watched, options, sink);
            return counts.Remarks;
        }));
        return ImportDocument.Of(Name, store.Path, origin.Format, counts, done, skipped);
    }

    private TelemetryCounts Read(TelemetryFormat format, string path, Stream stream, TelemetryReadOptions options, ITelemetrySink sink)
    {
        switch (format)
        {
            case TelemetryFormat.Trace:
                return new TraceReader(stream, options).Read(sink);
            case TelemetryFormat.Prometheus:
                return new PrometheusReader(stream, options).Read(sink);
            case TelemetryFormat.Otlp:
                return new OtlpReader(stream, options).Read(sink);
            case TelemetryFormat.Ncu:
                return new NcuCsvReader(stream, options).Read(sink);
            case TelemetryFormat.Nsys:
                using (ForeignDatabase database = ForeignDatabase.Open(path, _session.Cancellation))
                    return new NsysReader(database, options).Read(sink);
            default:
                throw new CannotRunException($"{Name} holds contracts, which are imported as such");
        }
    }

    private T Track<T>(Stream stream, Func<Stream, T> work)
    {
        long length = stream is FileStream { CanSeek: true } file ? file.Length : 0;
        return _session.Track($"importing {Path.GetFileName(Name)}", ProgressUnits, progress =>
        {
            using WatchedStream watched = new(stream, at => progress.Report(length == 0 ? 0 : (int)(at * ProgressUnits / length)), _session.Cancellation);
            return work(watched);
        });
    }
}
