using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Telemetry;

namespace PlanForensics.Telemetry;

/// <summary>
/// The tables of an Nsight Systems export. They are made lazily and their columns vary from version to version: what is missing is remarked and read
/// as null. A thread's global number is its process's with the thread in the low 24 bits, so calls and kernels join on (process, correlation id):
/// correlation ids repeat across processes.
/// </summary>
internal sealed class NsysTables
{
    private const string KernelTable = "CUPTI_ACTIVITY_KIND_KERNEL";
    private const string CallTable = "CUPTI_ACTIVITY_KIND_RUNTIME";
    private const string RangeTable = "NVTX_EVENTS";
    private const long ThreadBits = 0xFFFFFF;
    private readonly ITableSource _source;
    private readonly Dictionary<long, string> _strings = [];
    private bool _hasProcess;

    public NsysTables(ITableSource source)
    {
        _source = source;
        foreach (ITableRow row in Rows("StringIds", ["id", "value"], isNeeded: true))
            if (row.Integer(0) is { } id && row.Text(1) is { } text)
                _strings[id] = text;
        ReadKernels();
        ReadGraphs();
        ReadCalls();
        ReadRanges();
        ReadTarget();
    }

    public List<string> Remarks { get; } = [];

    public long RecordCount { get; private set; }

    /// <summary>In order of start.</summary>
    public List<NsysKernel> Kernels { get; } = [];

    /// <summary>Steps, in order of start.</summary>
    public List<NsysRange> Steps { get; } = [];

    /// <summary>Ranges of NVTX's domain NCCL.</summary>
    public List<(long Process, long Start, long End)> Collectives { get; } = [];

    /// <summary>Launches of whole CUDA graphs: device time without kernels.</summary>
    public List<(long Process, long Start, long End)> Graphs { get; } = [];

    public DateTimeOffset? Began { get; private set; }

    public Dictionary<long, (string? Name, int? SmCount)> Devices { get; } = [];

    public ValueMap? Versions { get; private set; }

    private IEnumerable<ITableRow> Rows(string table, string[] columns, bool isNeeded = false)
    {
        IReadOnlyList<string> there = _source.ColumnsOf(table);
        if (there.Count == 0)
        {
            if (isNeeded)
                Remarks.Add($"the table {table} is missing");
            return [];
        }

        string[] missing = [.. columns.Where(column => !there.Contains(column))];
        if (isNeeded && missing.Length > 0)
            Remarks.Add($"the table {table} lacks {string.Join(", ", missing)}");
        return _source.Rows(table, columns);
    }

    private void ReadKernels()
    {
        string[] columns =
        [
            "start", "end", "globalPid", "deviceId", "streamId", "correlationId", "graphNodeId", "gridX", "gridY", "gridZ", "blockX", "blockY", "blockZ",
            "demangledName", "shortName", "mangledName",
        ];
        _hasProcess = _source.ColumnsOf(KernelTable).Contains("globalPid");
        long damaged = 0;
        foreach (ITableRow row in Rows(KernelTable, columns, isNeeded: true))
        {
            if (row.Integer(0) is not { } start || row.Integer(1) is not { } end)
            {
                damaged++;
                continue;
            }

            Kernels.Add(new NsysKernel
            {
                Name = StringOf(row.Integer(13)) ?? StringOf(row.Integer(14)) ?? StringOf(row.Integer(15)) ?? "(no name)",
                Start = start,
                End = end,
                Process = row.Integer(2) ?? 0,
                Device = row.Integer(3),
                Stream = row.Integer(4),
                Correlation = row.Integer(5),
                GraphNode = row.Integer(6),
                Grid = Extent(row, 7),
                Block = Extent(row, 10),
            });
        }

        RecordCount += Kernels.Count;
        Kernels.Sort(static (a, b) => (a.Start, a.End, a.Correlation ?? 0).CompareTo((b.Start, b.End, b.Correlation ?? 0)));
        if (damaged > 0)
            Remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{damaged} kernels without a start or an end are left out"));
    }

    private void ReadGraphs()
    {
        foreach (ITableRow row in Rows("CUPTI_ACTIVITY_KIND_GRAPH_TRACE", ["start", "end", "globalPid"]))
            if (row.Integer(0) is { } start && row.Integer(1) is { } end)
                Graphs.Add((_hasProcess ? row.Integer(2) ?? 0 : 0, start, end));
        if (Graphs.Count > 0)
            Remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{Graphs.Count} CUDA graphs are recorded as wholes, without their kernels: profile with --cuda-graph-trace=node"));
    }

    private void ReadCalls()
    {
        Dictionary<(long, long), List<NsysKernel>> open = [];
        foreach (NsysKernel kernel in Kernels)
        {
            if (kernel.Correlation is not { } correlation)
                continue;
            if (!open.TryGetValue((kernel.Process, correlation), out List<NsysKernel>? launched))
                open.Add((kernel.Process, correlation), launched = []);
            launched.Add(kernel);
        }

        foreach (ITableRow row in Rows(CallTable, ["start", "globalTid", "correlationId", "nameId"], isNeeded: Kernels.Count > 0))
        {
            RecordCount++;
            if (row.Integer(0) is not { } start || row.Integer(2) is not { } correlation)
                continue;
            long process = _hasProcess ? (row.Integer(1) ?? 0) & ~ThreadBits : 0;
            if (!open.TryGetValue((process, correlation), out List<NsysKernel>? launched))
                continue;
            // Runtime and driver record one launch each: the outer call began first.
            foreach (NsysKernel kernel in launched)
                if (kernel.LaunchStart is not { } known || start < known)
                    (kernel.LaunchStart, kernel.LaunchCall) = (start, StringOf(row.Integer(3)));
        }

        int alone = Kernels.Count(kernel => kernel.LaunchStart is null);
        if (alone > 0)
            Remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{alone} kernels have no launch call: their time on the device decides their step"));
    }

    private void ReadRanges()
    {
        HashSet<(long Process, long Domain)> nccl = [];
        List<(long Process, long Domain, long Start, long End)> others = [];
        foreach (ITableRow row in Rows(RangeTable, ["start", "end", "eventType", "text", "textId", "globalTid", "domainId"]))
        {
            RecordCount++;
            string? name = row.Text(3) ?? StringOf(row.Integer(4));
            long process = _hasProcess ? (row.Integer(5) ?? 0) & ~ThreadBits : 0;
            long domain = row.Integer(6) ?? 0;
            if (row.Integer(2) == 75)
            {
                if (name == "NCCL")
                    nccl.Add((process, domain));
            }
            else if (name is not null && row.Integer(0) is { } start && row.Integer(1) is { } end && end >= start)
            {
                if (NsysRange.Find(process, start, end, name) is { } step)
                    Steps.Add(step);
                else
                    others.Add((process, domain, start, end));
            }
        }

        Steps.Sort(static (a, b) => (a.Start, a.Process).CompareTo((b.Start, b.Process)));
        Collectives.AddRange(others.Where(range => nccl.Contains((range.Process, range.Domain))).Select(range => (range.Process, range.Start, range.End)));
        if (Steps.Count == 0)
            Remarks.Add(_source.ColumnsOf(RangeTable).Count == 0 ? $"no step is known: the table {RangeTable} is missing" : "no step is known: no NVTX range has the name of an engine's step");
    }

    private void ReadTarget()
    {
        foreach (ITableRow row in Rows("TARGET_INFO_SESSION_START_TIME", ["utcEpochNs"]))
            if (row.Integer(0) is > 0 and var epoch)
                Began = DateTimeOffset.UnixEpoch.AddTicks(epoch / 100);
        foreach (ITableRow row in Rows("TARGET_INFO_GPU", ["id", "name", "smCount"]))
            if (row.Integer(0) is { } id)
                Devices[id] = (row.Text(1), row.Integer(2) is > 0 and <= int.MaxValue and var count ? (int)count : null);
        Dictionary<string, string> versions = [];
        foreach (ITableRow row in Rows("TARGET_INFO_SYSTEM_ENV", ["name", "value"]))
        {
            if (row.Text(0) == "NvDriverVersion" && row.Text(1) is { } driver)
                versions["nvidia_driver"] = driver;
            else if (row.Text(0) == "CudaDriverVersion" && row.Text(1) is { } cuda)
                versions["cuda_driver"] = cuda;
        }

        Versions = versions.Count == 0 ? null : new ValueMap(versions);
        if (Began is null)
            Remarks.Add("the profile does not say when it began: its times stay relative");
    }

    private string? StringOf(long? id) => id is { } known && _strings.TryGetValue(known, out string? text) ? text : null;

    private static LaunchExtent? Extent(ITableRow row, int column) =>
        row.Integer(column) is { } x && row.Integer(column + 1) is { } y && row.Integer(column + 2) is { } z ? new LaunchExtent(x, y, z) : null;
}
