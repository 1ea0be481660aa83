using System.Globalization;
using System.Text;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Telemetry;

namespace PlanForensics.Telemetry;

/// <summary>Reads Prometheus or OpenMetrics text: one scrape or several after each other. Comments are free; types come from <c># TYPE</c>.</summary>
public sealed class PrometheusReader
{
    private readonly LineSplitter _lines;
    private readonly Stream _stream;
    private readonly TelemetryReadOptions _options;
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    private bool _isOpenMetrics;
    private long _records;
    private long _skipped;
    private long _withoutTime;

    /// <summary>Reads from a stream, which stays open.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="options">Options; null for the defaults.</param>
    public PrometheusReader(Stream stream, TelemetryReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _options = options ?? new TelemetryReadOptions();
        _lines = new LineSplitter(_options.MaxLineBytes);
    }

    /// <summary>Reads all samples into a sink.</summary>
    /// <param name="sink">Takes samples.</param>
    /// <returns>What was read; a record is a sample.</returns>
    /// <exception cref="ContractFormatException">A damaged line, unless damaged lines are skipped.</exception>
    public TelemetryCounts Read(ITelemetrySink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        int count;
        do
        {
            count = _stream.Read(_lines.Free().Span);
            _lines.Filled(count);
            while (_lines.TryTake(out ReadOnlyMemory<byte> line, out bool overlong))
                Take(line.Span, overlong, sink);
        }
        while (count > 0);
        string[] remarks = _withoutTime == 0 ? [] : [string.Create(CultureInfo.InvariantCulture, $"{_withoutTime} samples say no time: they are in the file's order only")];
        return new TelemetryCounts(_records, _skipped, remarks);
    }

    private void Take(ReadOnlySpan<byte> bytes, bool overlong, ITelemetrySink sink)
    {
        string line = overlong ? "" : Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF').Trim();
        if (line.StartsWith('#'))
        {
            TakeComment(line);
            return;
        }

        if (line.Length == 0 && !overlong)
            return;
        string? reason = overlong ? $"the line is longer than {_options.MaxLineBytes} bytes" : null;
        if (reason is null && MetricLine.TryParse(line, out MetricLine? sample, out reason))
        {
            _records++;
            sink.Sample(new MetricSample(sample.Name, TypeOf(sample.Name), sample.Labels, TimeOf(sample.Time), sample.Value, MetricMeanings.Of(sample.Name)));
            return;
        }

        ContractFormatException damaged = new(_lines.Line, 1, reason ?? "the line is no sample");
        if (!_options.SkipDamaged)
            throw damaged;
        _skipped++;
        _options.OnSkipped?.Invoke(damaged);
    }

    private void TakeComment(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is ["#", "TYPE", { } name, { } type, ..])
            _types[name] = type;
        else if (words is ["#", "UNIT", ..] or ["#", "EOF"])
            _isOpenMetrics = true;
    }

    private string? TypeOf(string metric)
    {
        if (_types.TryGetValue(metric, out string? type))
            return type;
        int cut = metric.LastIndexOf('_');
        return cut > 0 && metric[cut..] is "_bucket" or "_sum" or "_count" or "_total" or "_created" && _types.TryGetValue(metric[..cut], out type) ? type : null;
    }

    // Prometheus text counts milliseconds since 1970, OpenMetrics seconds (often with a fraction).
    private DateTimeOffset? TimeOf(string? time)
    {
        if (time is null)
        {
            _withoutTime++;
            return null;
        }

        double number = double.Parse(time, NumberStyles.Float, CultureInfo.InvariantCulture);
        bool seconds = _isOpenMetrics || time.Contains('.', StringComparison.Ordinal) || Math.Abs(number) < 1e11;
        return DateTimeOffset.UnixEpoch.AddTicks((long)Math.Round(Math.Clamp(seconds ? number : number / 1e3, 0, 2.5e11) * TimeSpan.TicksPerSecond));
    }
}
