using PlanForensics.Contracts;

namespace PlanForensics.Reporting;

/// <summary>What sides, and the records of their steps, are called.</summary>
internal sealed class SideNames
{
    private readonly ReportContent _content;
    private readonly string[] _keys;
    private readonly string[] _labels;

    public SideNames(ReportContent content)
    {
        _content = content;
        Kind = content.Incident is not null ? "incident" : content.Recordings.Count > 1 ? "comparison" : "request";
        _keys = [.. content.Recordings.Select((_, index) => content.Incident is { } incident
            ? FormattableString.Invariant($"batch-{incident.Runs[index].Batch}")
            : content.Recordings.Count == 1 ? "request" : index < 26 ? ((char)('a' + index)).ToString() : FormattableString.Invariant($"side-{index}"))];
        _labels = [.. content.Recordings.Select((recorded, index) => content.Incident is { } incident
            ? FormattableString.Invariant($"batch {incident.Runs[index].Batch}")
            : content.Recordings.Count == 1 ? "the request" : index < 26 ? FormattableString.Invariant($"side {(char)('A' + index)}") : _keys[index])];
    }

    /// <summary>request, comparison or incident.</summary>
    public string Kind { get; }

    /// <summary>The side that others were compared with: that without a diff of its own.</summary>
    public int Reference => _content.Diffs.Count == 0 ? 0 : Math.Max(0, _content.Diffs.ToList().FindIndex(diff => diff is null));

    public string KeyOf(int side) => _keys[side];

    public string LabelOf(int side) => _labels[side];

    public string RecordOf(int side) => $"record-{_keys[side]}";

    public int IndexOf(string requestId)
    {
        for (int index = 0; index < _content.Recordings.Count; index++)
            if (_content.Recordings[index].RequestId == requestId)
                return index;
        return 0;
    }

    public string StepRecord(int side, int stepIndex, int rank = 0) => rank == 0
        ? FormattableString.Invariant($"step-{_keys[side]}-{stepIndex}")
        : FormattableString.Invariant($"step-{_keys[side]}-{stepIndex}-rank-{rank}");

    public static string PlanRecord(string fingerprint) => $"plan-{Words.Short(fingerprint)}";
}
