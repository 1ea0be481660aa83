using System.Globalization;
using System.Text;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Telemetry;

namespace PlanForensics.Telemetry;

/// <summary>
/// Reads Nsight Compute's CSV output, either form: one row a launch with a row of units (<c>--page raw</c>), or one row a metric. Lines before the header
/// are the tool's messages and the program's output.
/// </summary>
public sealed class NcuCsvReader
{
    private static readonly string[] LaunchColumns =
    [
        "ID", "Process ID", "Process Name", "Host Name", "Kernel Name", "Context", "Stream", "Block Size", "Grid Size", "Device", "CC", "Section Name", "Rule Name", "Rule Type",
        "Rule Description", "Estimated Speedup Type", "Estimated Speedup", "Kernel Time", "thread Domain:Push/Pop_Range:PL_Type:PL_Value:CLR_Type:Color:Msg_Type:Msg",
    ];

    private readonly Stream _stream;
    private readonly TelemetryReadOptions _options;
    private readonly LineSplitter _lines;
    private readonly KernelNameCache _names = new();
    private string[]? _header;
    private string?[]? _units;
    private bool _isLong;
    private (string Id, string Process, string[] Row)? _open;
    private readonly List<KernelCounter> _counters = [];
    private long _launches;
    private long _skipped;
    private bool _hasComma;

    /// <summary>Reads from a stream, which stays open.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="options">Options; null for the defaults.</param>
    public NcuCsvReader(Stream stream, TelemetryReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _options = options ?? new TelemetryReadOptions();
        _lines = new LineSplitter(_options.MaxLineBytes);
    }

    /// <summary>Reads all launches into a sink.</summary>
    /// <param name="sink">Takes counters, one call a launch.</param>
    /// <returns>What was read; a record is a launch.</returns>
    /// <exception cref="ContractFormatException">A damaged line, unless damaged lines are skipped; or there is no header.</exception>
    public TelemetryCounts Read(ITelemetrySink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        int count;
        do
        {
            count = _stream.Read(_lines.Free().Span);
            _lines.Filled(count);
            while (_lines.TryTake(out ReadOnlyMemory<byte> line, out bool overlong))
                Take(overlong ? null : Encoding.UTF8.GetString(line.Span).TrimStart('\uFEFF').TrimEnd('\r'), sink);
        }
        while (count > 0);
        if (_header is null)
            throw new ContractFormatException(Math.Max(1, _lines.Line), 1, "there is no header with \"Kernel Name\": the output of `ncu --csv` is expected");
        Close(sink);
        string[] remarks = _hasComma ? ["some numbers have a decimal comma: numbers with one point may be thousands; profile in an English locale"] : [];
        return new TelemetryCounts(_launches, _skipped, remarks);
    }

    private void Take(string? line, ITelemetrySink sink)
    {
        if (line is { Length: 0 } || line?.StartsWith("==", StringComparison.Ordinal) == true)
            return;
        string[]? row = line is null ? null : CsvLine.Split(line);
        if (_header is null)
        {
            if (row is not null && Array.IndexOf(row, "Kernel Name") >= 0)
                (_header, _isLong) = (row, Array.IndexOf(row, "Metric Name") >= 0);
            return;
        }

        string? reason = line is null ? $"the line is longer than {_options.MaxLineBytes} bytes"
            : row is null ? "a quoted field does not end"
            : row.Length != _header.Length && !(_isLong && row.Length >= Column("Metric Value") + 1) ? $"the header has {_header.Length} fields, this line {row.Length}"
            : null;
        if (reason is null && !_isLong && _units is null && Field(row!, "ID").Length == 0)
        {
            _units = Array.ConvertAll(row!, static unit => unit.Length == 0 ? null : unit);
            return;
        }

        if (reason is null && !long.TryParse(Field(row!, "ID"), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            reason = $"the launch's ID is a number, but is \"{Field(row!, "ID")}\"";
        if (reason is not null)
        {
            ContractFormatException damaged = new(_lines.Line, 1, reason);
            if (!_options.SkipDamaged)
                throw damaged;
            _skipped++;
            _options.OnSkipped?.Invoke(damaged);
            return;
        }

        if (_open is not { } open || open.Id != Field(row!, "ID") || open.Process != Field(row!, "Process ID"))
        {
            Close(sink);
            _open = (Field(row!, "ID"), Field(row!, "Process ID"), row!);
        }

        if (_isLong)
            Add(Field(row!, "Metric Name"), Field(row!, "Metric Unit"), Field(row!, "Metric Value"));
        else
            for (int index = 0; index < row!.Length; index++)
                if (!LaunchColumns.Contains(_header[index]))
                    Add(_header[index], _units?[index], row[index]);
    }

    private void Add(string metric, string? unit, string text)
    {
        if (metric.Length == 0 || text.Length == 0)
            return;
        double? value = Number(text);
        _counters.Add(new KernelCounter(metric, string.IsNullOrEmpty(unit) ? null : unit, value, value is null ? text : null, CounterMeanings.Of(metric)));
    }

    private void Close(ITelemetrySink sink)
    {
        if (_open is not { } launch)
            return;
        sink.Counters(new KernelCounters
        {
            Kernel = _names.Get(Field(launch.Row, "Kernel Name")),
            LaunchId = long.Parse(launch.Id, CultureInfo.InvariantCulture),
            Grid = Extent(Field(launch.Row, "Grid Size")),
            Block = Extent(Field(launch.Row, "Block Size")),
            Device = Field(launch.Row, "Device") is { Length: > 0 } device ? device : null,
            Values = [.. _counters],
        });
        _launches++;
        _counters.Clear();
        _open = null;
    }

    // 1,234.5 and 1234.5; of numbers with a decimal comma those that cannot be read otherwise.
    private double? Number(string text)
    {
        bool isComma = text.LastIndexOf(',') is >= 0 and var comma && (text.LastIndexOf('.') is >= 0 and var point ? comma > point : text.Length - comma != 4)
            || text.IndexOf('.', StringComparison.Ordinal) != text.LastIndexOf('.');
        _hasComma |= isComma && text.All(letter => char.IsAsciiDigit(letter) || letter is ',' or '.' or '-');
        string plain = isComma ? text.Replace(".", "", StringComparison.Ordinal).Replace(',', '.') : text.Replace(",", "", StringComparison.Ordinal);
        return double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : null;
    }

    private static LaunchExtent? Extent(string text)
    {
        string[] parts = text.Trim('(', ')', ' ').Split([',', 'x'], StringSplitOptions.TrimEntries);
        return parts.Length == 3 && long.TryParse(parts[0], out long x) && long.TryParse(parts[1], out long y) && long.TryParse(parts[2], out long z)
            ? new LaunchExtent(x, y, z) : null;
    }

    private int Column(string name) => Array.IndexOf(_header!, name);

    private string Field(string[] row, string name) => Column(name) is >= 0 and var index && index < row.Length ? row[index] : "";
}
