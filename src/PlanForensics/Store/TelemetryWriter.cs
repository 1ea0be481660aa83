using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Telemetry;

namespace PlanForensics.Store;

/// <summary>Writes what a reader of another tool's records finds; works inside the caller's transaction.</summary>
internal sealed class TelemetryWriter : ITelemetrySink, IDisposable
{
    private readonly ContractWriter _contracts;
    private readonly RawStatement _insertImport;
    private readonly RawStatement _findImport;
    private readonly RawStatement _setRemarks;
    private readonly RawStatement _insertName;
    private readonly RawStatement _findName;
    private readonly RawStatement _insertKernel;
    private readonly RawStatement _insertCounters;
    private readonly RawStatement _insertCounter;
    private readonly RawStatement _insertSample;
    private readonly CounterJoin _join;
    private readonly Dictionary<string, long> _requests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _names = new(StringComparer.Ordinal);
    private long _import;
    private long _requestCount;
    private long _steps;
    private long _kernels;
    private long _counters;
    private long _samples;
    private ValueMap? _lastLabels;
    private string _lastLabelsJson = "{}";

    public TelemetryWriter(SqliteConnection connection, SqliteTransaction transaction, ContractWriter contracts)
    {
        _contracts = contracts;
        _insertImport = new(connection, "INSERT INTO imports (format, source, sha256, imported_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING");
        _findImport = new(connection, "SELECT import_id FROM imports WHERE format = ? AND sha256 = ?");
        _setRemarks = new(connection, "UPDATE imports SET remarks = ? WHERE import_id = ?");
        _insertName = new(connection, "INSERT INTO kernel_names (name, base_name, family, operator, description) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
        _findName = new(connection, "SELECT name_id FROM kernel_names WHERE name = ?");
        _insertKernel = new(connection, """
            INSERT INTO kernels (import_id, position, name_id, start_ns, end_ns, started_at, process_id, device, stream, correlation_id, graph_node, grid, block,
              launch_call, launch_ns, request_key, step_index, rank, is_after_range) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """);
        _insertCounters = new(connection, "INSERT INTO counter_launches (import_id, position, name_id, launch_id, grid, block, device) VALUES (?, ?, ?, ?, ?, ?, ?)");
        _insertCounter = new(connection, "INSERT INTO counters (import_id, position, metric, unit, value, value_text, meaning) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
        _insertSample = new(connection, "INSERT INTO metric_samples (import_id, position, name, type, labels, sampled_at, value, value_text, meaning) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
        _join = new CounterJoin(connection, transaction);
    }

    /// <summary>Begins an import; false when the same file is in the store.</summary>
    public bool TryBegin(TelemetryOrigin origin)
    {
        int inserted = _insertImport.Add(origin.Format).Add(origin.Source).Add(origin.Sha256).AddTime(origin.ImportedAt).Run();
        if (inserted == 0)
            return false;
        _import = _findImport.Add(origin.Format).Add(origin.Sha256).RunScalar()!.Value;
        return true;
    }

    public TelemetryImport Finish(IReadOnlyList<string> remarks)
    {
        long joined = _counters > 0 ? _join.Run(_import) : 0;
        foreach (long request in _requests.Values)
            _contracts.Requests.CountSteps(request);
        if (remarks.Count > 0)
            _setRemarks.Add(StoreJson.Format(remarks.ToArray())).Add(_import).Run();
        return new TelemetryImport(AlreadyPresent: false, _requestCount, _steps, _kernels + _counters, _samples, joined);
    }

    public bool Begin(ExecutionContract request)
    {
        if (_requests.ContainsKey(request.RequestId))
            return false;
        if (_contracts.Requests.Insert(request) is not { } key)
            throw new RequestTakenException(request.RequestId);
        _requests.Add(request.RequestId, key);
        _requestCount++;
        foreach (ContractStep step in request.Steps)
            if (_contracts.Steps.Insert(key, step.State, step.Observation, step))
                _steps++;
        return true;
    }

    public bool Step(string requestId, ContractStep step)
    {
        if (!_contracts.Steps.Insert(KeyOf(requestId), step.State, step.Observation, step))
            return false;
        _steps++;
        return true;
    }

    public void Kernel(KernelLaunch launch)
    {
        _insertKernel.Add(_import).Add(_kernels++).Add(NameIdOf(launch.Kernel)).Add(launch.StartNanoseconds).Add(launch.EndNanoseconds)
            .AddTime(launch.StartedAt).Add(launch.ProcessId).Add(launch.Device).Add(launch.Stream).Add(launch.CorrelationId).Add(launch.GraphNode)
            .Add(launch.Grid?.ToString()).Add(launch.Block?.ToString()).Add(launch.LaunchCall).Add(launch.LaunchNanoseconds);
        if (launch.Step is { } step)
            _insertKernel.Add(KeyOf(step.RequestId)).Add((long)step.StepIndex).Add((long)step.Rank);
        else
            _insertKernel.AddNull().AddNull().AddNull();
        _insertKernel.Add((bool?)launch.IsAfterRange).Run();
    }

    public void Counters(KernelCounters counters)
    {
        long position = _counters++;
        _insertCounters.Add(_import).Add(position).Add(NameIdOf(counters.Kernel)).Add(counters.LaunchId)
            .Add(counters.Grid?.ToString()).Add(counters.Block?.ToString()).Add(counters.Device).Run();
        foreach (KernelCounter counter in counters.Values)
        {
            _insertCounter.Add(_import).Add(position).Add(counter.Metric).Add(counter.Unit).Add(counter.Value).Add(counter.Text).Add(counter.Meaning).Run();
        }
    }

    public void Sample(MetricSample sample)
    {
        if (!ReferenceEquals(sample.Labels, _lastLabels))
            (_lastLabels, _lastLabelsJson) = (sample.Labels, StoreJson.Format(sample.Labels));
        _insertSample.Add(_import).Add(_samples++).Add(sample.Name).Add(sample.Type).Add(_lastLabelsJson).AddTime(sample.SampledAt)
            .Add(double.IsFinite(sample.Value) ? sample.Value : null)
            .Add(double.IsFinite(sample.Value) ? null : double.IsNaN(sample.Value) ? "NaN" : sample.Value > 0 ? "+Inf" : "-Inf")
            .Add(sample.Meaning).Run();
    }

    public void Dispose()
    {
        _insertImport.Dispose();
        _findImport.Dispose();
        _setRemarks.Dispose();
        _insertName.Dispose();
        _findName.Dispose();
        _insertKernel.Dispose();
        _insertCounters.Dispose();
        _insertCounter.Dispose();
        _insertSample.Dispose();
    }

    private long KeyOf(string requestId) => _requests.TryGetValue(requestId, out long key)
        ? key
        : throw new InvalidOperationException($"the request \"{requestId}\" was not begun in this import");

    private long NameIdOf(NamedKernel kernel)
    {
        if (_names.TryGetValue(kernel.Name, out long id))
            return id;
        _insertName.Add(kernel.Name).Add(kernel.BaseName).Add(kernel.Family).Add(kernel.Operator).Add(kernel.DescriptionJson).Run();
        id = _findName.Add(kernel.Name).RunScalar()!.Value;
        _names.Add(kernel.Name, id);
        return id;
    }
}
