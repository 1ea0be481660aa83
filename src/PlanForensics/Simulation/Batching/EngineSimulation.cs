using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Engine;
using PlanForensics.Plans;
using PlanForensics.Simulation.Dispatch;
using PlanForensics.Simulation.Traffic;

namespace PlanForensics.Simulation.Batching;

/// <summary>
/// An engine with continuous batching under a trace of arrivals: token steps, chunked prefill, a prefix cache, paged memory with eviction and recompute, admission control, isolation classes, ranks that wait for one
/// another. It computes no tokens; it says which batch ran when, in which memory, under which plans. docs/simulation.md states the rules.
/// </summary>
/// <remarks>One seed, one result: single-threaded, no clock, draws by place. Bitwise: identical on every machine.</remarks>
public sealed class EngineSimulation
{
    private readonly TrafficTrace _trace;
    private readonly SimulationOptions _options;
    private readonly DispatchRules _rules;
    private readonly BatchScheduler _scheduler;
    private readonly StepTimes _times;
    private readonly StepRecord _record;
    private readonly SimulatedRequests _requests;
    private readonly long _until;
    private long _now;
    private int _next;
    private int _ordinal;
    private int _finished;
    private int _rejected;
    private long _requestSteps;

    private EngineSimulation(TrafficTrace trace, SimulationOptions options, IEngineRunSink sink, string name)
    {
        if (trace.BlockTokens % options.BlockTokens != 0)
            throw new ArgumentException($"the trace identifies blocks of {trace.BlockTokens} tokens; a KV block of {options.BlockTokens} does not divide that", nameof(options));
        if (options.Model.Heads % options.TensorParallel != 0)
            throw new ArgumentException($"{options.TensorParallel} ranks do not divide {options.Model.Heads} heads", nameof(options));
        (_trace, _options) = (trace, options);
        _rules = new DispatchRules(options.Model, options.Device, options.TensorParallel);
        _scheduler = new BatchScheduler(options, trace.BlockTokens);
        _times = new StepTimes(options);
        _record = new StepRecord(options, sink, trace.StartedAt);
        _requests = new SimulatedRequests(trace, options, sink, name);
        _until = double.IsPositiveInfinity(options.UntilSeconds) ? long.MaxValue : (long)(options.UntilSeconds * TimeSpan.TicksPerSecond);
    }

    /// <summary>Runs a simulation.</summary>
    /// <param name="trace">The arrivals.</param>
    /// <param name="options">The engine.</param>
    /// <param name="sink">Takes the run; <see cref="Describe"/> says what it is.</param>
    /// <param name="name">The run's name, with which the requests' ids begin.</param>
    /// <param name="progress">Told the number of requests that are done.</param>
    /// <param name="cancellation">Cancels between iterations.</param>
    /// <returns>What it came to.</returns>
    /// <exception cref="ArgumentException">The KV block does not divide the trace's, or ranks do not divide the heads.</exception>
    /// <exception cref="InvalidOperationException">The pool holds no block.</exception>
    public static SimulationSummary Run(
        TrafficTrace trace, SimulationOptions options, IEngineRunSink sink, string name = "sim", IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new EngineSimulation(trace, options, sink, name).Run(progress, cancellation);
    }

    /// <summary>What a run is, for a store: its name, the trace and every option that decides its content.</summary>
    /// <param name="trace">The arrivals.</param>
    /// <param name="options">The engine.</param>
    /// <param name="name">The run's name.</param>
    /// <returns>The description.</returns>
    public static EngineRun Describe(TrafficTrace trace, SimulationOptions options, string name = "sim")
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(options);
        string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
        return new EngineRun(name, "simulated", options.TensorParallel, new ValueMap(new Dictionary<string, string>
        {
            ["trace"] = trace.Name, ["arrivals"] = Text(trace.Requests.Count), ["seed"] = Text(options.Seed), ["model"] = options.Model.Name, ["device"] = options.Device.Name,
            ["tensor_parallel"] = Text(options.TensorParallel), ["block_tokens"] = Text(options.BlockTokens), ["pool_blocks"] = Text(options.PoolBlocks),
            ["batch_tokens"] = Text(options.MaximumBatchTokens), ["chunk_tokens"] = Text(options.MaximumChunkTokens), ["max_running"] = Text(options.MaximumRunning),
            ["max_waiting"] = Text(options.MaximumWaiting), ["max_context"] = Text(options.MaximumContext), ["watermark"] = Text(options.Watermark),
            ["prefix_caching"] = options.PrefixCaching ? "true" : "false", ["isolation_classes"] = Text(options.IsolationClasses), ["jitter"] = Text(options.Jitter),
            ["disturbances"] = string.Join(' ', options.Disturbances.Select(item => item.ToString())), ["until_seconds"] = Text(options.UntilSeconds),
        }));
    }

    private SimulationSummary Run(IProgress<int>? progress, CancellationToken cancellation)
    {
        while (_now < _until)
        {
            cancellation.ThrowIfCancellationRequested();
            Arrive();
            Reserve();
            if (!Step())
            {
                long next = NextChange();
                if (next >= _until)
                    break;
                _now = Math.Max(next, _now + 1);
            }

            if (_ordinal % 256 == 0)
                progress?.Report(_finished + _rejected);
        }

        progress?.Report(_finished + _rejected);
        int running = _scheduler.Running.Count, waiting = _scheduler.WaitingCount;
        foreach (SimulatedRequest request in _scheduler.Running.Concat(_scheduler.Waiting).OrderBy(request => request.Index).ToList())
            Leave(request, null, null);
        return new SimulationSummary
        {
            Arrived = _next, Finished = _finished, Running = running, Waiting = waiting, Rejected = _rejected, Iterations = _ordinal, RequestSteps = _requestSteps,
            EnteredTokens = _requests.EnteredTokens, GeneratedTokens = _requests.GeneratedTokens, HitTokens = _requests.HitTokens, LostTokens = _requests.LostTokens,
            Preemptions = _scheduler.Preemptions, Evictions = _scheduler.Pool.Evictions, PlanCount = _rules.ChoiceCount,
            SimulatedSeconds = _now / (double)TimeSpan.TicksPerSecond,
        };
    }

    private void Arrive()
    {
        for (; _next < _trace.Requests.Count && _trace.Requests[_next].ArrivalTicks <= _now; _next++)
        {
            SimulatedRequest request = _requests.Create(_next);
            if (_scheduler.TryAdd(request, out string reason))
                continue;
            _rejected++;
            Leave(request, request.Arrival.ArrivalTicks, reason);
        }
    }

    private void Reserve()
    {
        (double replication, double checkpoint) = (Pinned(DisturbanceKind.Replication), Pinned(DisturbanceKind.Checkpoint));
        _record.Pin(replication, checkpoint);
        _scheduler.Pool.Reserve((int)Math.Min(Math.Ceiling((replication + checkpoint) * (1 << 20) / _options.BlockBytes), _scheduler.Pool.Total));
    }

    private bool Step()
    {
        bool isStrict = Holds(DisturbanceKind.Strict);
        long preemptions = _scheduler.Preemptions;
        IReadOnlyList<ScheduledPart> parts = _scheduler.Schedule(_now, isStrict);
        while (parts.Count == 0 && _scheduler.Preempted)
            parts = _scheduler.Schedule(_now, isStrict);
        if (parts.Count == 0)
            return false;
        StepBatch batch = StepBatch.Of(parts);
        long workspace = _record.WorkspaceFree(_scheduler.Pool);
        DispatchChoice choice = _rules.Choose(new StepFacts(batch.Rows, parts.Count, batch.LongestQuery, batch.LongestContext, workspace, isStrict));
        double slowFabric = Factor(DisturbanceKind.SlowFabric, 0);
        _times.Set(new StepLoad(batch.Rows, batch.AttendedPairs, batch.ContextTokens), _ordinal, rank => Factor(DisturbanceKind.SlowRank, rank), slowFabric);
        _record.Write(_ordinal, _now, batch, choice, _times, _scheduler.Pool, isStrict, _scheduler.Preemptions > preemptions, slowFabric > 1);
        foreach ((SimulatedRequest request, int tokens, bool wasWaiting) in parts)
        {
            bool isDecode = tokens == 1 && request.Computed >= request.Arrival.PromptTokens;
            request.Spans.Add(
                _ordinal, isDecode ? ExecutionPhase.Decode : ExecutionPhase.Prefill, tokens, request.Computed + tokens,
                wasWaiting ? _trace.StartedAt.AddTicks(_now) : null, wasWaiting ? (_now - request.WaitsSince) / (double)TimeSpan.TicksPerMillisecond : 0);
        }

        _requestSteps += parts.Count;
        _ordinal++;
        _now += Math.Max((long)((_times.StepMs * TimeSpan.TicksPerMillisecond) + 0.5), 1);
        _scheduler.Complete(request =>
        {
            _finished++;
            Leave(request, _now, "length");
        });
        return true;
    }

    private void Leave(SimulatedRequest request, long? at, string? reason) => _requests.Leave(request, at, reason);

    private bool Holds(DisturbanceKind kind)
    {
        foreach (Disturbance item in _options.Disturbances)
            if (item.Kind == kind && item.HoldsAt(_now))
                return true;
        return false;
    }

    private double Pinned(DisturbanceKind kind)
    {
        double sum = 0;
        foreach (Disturbance item in _options.Disturbances)
            sum += item.Kind == kind && item.HoldsAt(_now) ? item.Value : 0;
        return sum;
    }

    private double Factor(DisturbanceKind kind, int rank)
    {
        double factor = 1;
        foreach (Disturbance item in _options.Disturbances)
            factor *= item.Kind == kind && item.Rank == rank && item.HoldsAt(_now) ? item.Value : 1;
        return factor;
    }

    /// <summary>The next time at which something that waits may run: an arrival, or the end of a disturbance.</summary>
    private long NextChange()
    {
        long next = _next < _trace.Requests.Count ? _trace.Requests[_next].ArrivalTicks : long.MaxValue;
        if (_scheduler.WaitingCount + _scheduler.Running.Count > 0)
            foreach (Disturbance item in _options.Disturbances)
                if (item.ToTicks > _now)
                    next = Math.Min(next, item.ToTicks);
        return next;
    }
}
