using System.Runtime.CompilerServices;
using System.Text;

namespace PlanForensics.Contracts;

/// <summary>
/// Reads contracts from JSON lines: UTF-8, one contract a line, LF or CRLF, empty lines ignored, a byte order mark at the start allowed.
/// Streams: holds one line at a time. Not thread-safe; reads its stream once.
/// </summary>
public sealed class ContractLineReader
{
    private readonly Stream _stream;
    private readonly ContractReadOptions _options;
    private readonly LineSplitter _lines;

    /// <summary>Reads from a stream, which stays open.</summary>
    /// <param name="stream">The stream, at its beginning.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <exception cref="ArgumentNullException">The stream is null.</exception>
    public ContractLineReader(Stream stream, ContractReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _options = options ?? new ContractReadOptions();
        _lines = new LineSplitter(_options.MaxLineBytes);
    }

    /// <summary>Lines read so far, empty and damaged ones included.</summary>
    public long LineCount => _lines.Line;

    /// <summary>Contracts read so far.</summary>
    public long ContractCount { get; private set; }

    /// <summary>Damaged lines skipped so far; 0 unless <see cref="ContractReadOptions.SkipDamaged"/> is set.</summary>
    public long SkippedCount { get; private set; }

    /// <summary>Bytes of the lines read so far.</summary>
    internal long ByteCount { get; private set; }

    /// <summary>The contracts, in order.</summary>
    /// <returns>A sequence that reads as it is enumerated.</returns>
    /// <exception cref="ContractFormatException">A damaged line, unless damaged lines are skipped. The line is then behind the reader.</exception>
    public IEnumerable<ExecutionContract> Read()
    {
        while (true)
        {
            while (_lines.TryTake(out ReadOnlyMemory<byte> line, out bool overlong))
                if (Take(line.Span, overlong) is { } contract)
                    yield return contract;
            int count = _stream.Read(_lines.Free().Span);
            _lines.Filled(count);
            if (count == 0)
                break;
        }

        if (_lines.TryTake(out ReadOnlyMemory<byte> last, out bool lastOverlong) && Take(last.Span, lastOverlong) is { } lastContract)
            yield return lastContract;
    }

    /// <summary>The contracts, in order, read asynchronously.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>A sequence that reads as it is enumerated.</returns>
    /// <exception cref="ContractFormatException">A damaged line, unless damaged lines are skipped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async IAsyncEnumerable<ExecutionContract> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            while (_lines.TryTake(out ReadOnlyMemory<byte> line, out bool overlong))
                if (Take(line.Span, overlong) is { } contract)
                    yield return contract;
            int count = await _stream.ReadAsync(_lines.Free(), cancellationToken).ConfigureAwait(false);
            _lines.Filled(count);
            if (count == 0)
                break;
        }

        if (_lines.TryTake(out ReadOnlyMemory<byte> last, out bool lastOverlong) && Take(last.Span, lastOverlong) is { } lastContract)
            yield return lastContract;
    }

    private ExecutionContract? Take(ReadOnlySpan<byte> line, bool overlong)
    {
        ByteCount += line.Length;
        if (_lines.Line == 1 && line.StartsWith(Encoding.UTF8.Preamble))
            line = line[3..];
        try
        {
            if (overlong)
                throw new ContractFormatException(_lines.Line, 1, $"the line is longer than {_options.MaxLineBytes} bytes (ContractReadOptions.MaxLineBytes)");
            if (line.IndexOfAnyExcept(" \t\r"u8) < 0)
                return null;
            ExecutionContract contract = ContractParser.Parse(line, _lines.Line);
            ContractCount++;
            return contract;
        }
        catch (ContractFormatException exception) when (_options.SkipDamaged)
        {
            SkippedCount++;
            _options.OnSkipped?.Invoke(exception);
            return null;
        }
    }
}
