namespace PlanForensics.Simulation.Batching;

/// <summary>Decides which requests take part in a step, with how many tokens: the rules of docs/simulation.md, "One step".</summary>
internal sealed class BatchScheduler
{
    private readonly SimulationOptions _options;
    private readonly int _traceBlockTokens;
    private readonly LinkedList<SimulatedRequest>[] _waiting;
    private readonly List<SimulatedRequest> _running = [];
    private readonly List<ScheduledPart> _parts = [];
    private readonly int _watermark;
    private int _lastClass = -1;

    public BatchScheduler(SimulationOptions options, int traceBlockTokens)
    {
        (_options, _traceBlockTokens) = (options, traceBlockTokens);
        Pool = new BlockPool(options.PoolBlocks);
        _watermark = (int)(options.Watermark * Pool.Total);
        _waiting = [.. Enumerable.Range(0, options.IsolationClasses).Select(_ => new LinkedList<SimulatedRequest>())];
    }

    public BlockPool Pool { get; }

    public IReadOnlyList<SimulatedRequest> Running => _running;

    public int WaitingCount => _waiting.Sum(queue => queue.Count);

    public IEnumerable<SimulatedRequest> Waiting => _waiting.SelectMany(queue => queue);

    public long Preemptions { get; private set; }

    /// <summary>Whether the last scheduled step took blocks from a running request.</summary>
    public bool Preempted { get; private set; }

    /// <summary>Takes an arrival; false with a reason when it is rejected.</summary>
    public bool TryAdd(SimulatedRequest request, out string reason)
    {
        int most = request.Arrival.PromptTokens + Math.Max(request.Arrival.OutputTokens - 1, 0);
        reason = (long)request.Arrival.PromptTokens + request.Arrival.OutputTokens > _options.MaximumContext ? "rejected_too_long"
            : BlocksFor(most) > Pool.Total ? "rejected_too_large"
            : _waiting[request.IsolationClass].Count >= _options.MaximumWaiting ? "rejected_queue_full" : "";
        if (reason.Length > 0)
            return false;
        _waiting[request.IsolationClass].AddLast(request);
        return true;
    }

    /// <summary>The parts of the next step; empty when nothing can run now.</summary>
    public IReadOnlyList<ScheduledPart> Schedule(long now, bool isStrict)
    {
        _parts.Clear();
        Preempted = false;
        if (!isStrict)
        {
            ScheduleClass(now, null);
            return _parts;
        }

        // One class a step, in turn; a class that can do nothing is passed over.
        for (int turn = 1; turn <= _waiting.Length && _parts.Count == 0; turn++)
        {
            int candidate = (_lastClass + turn) % _waiting.Length;
            ScheduleClass(now, candidate);
            if (_parts.Count > 0)
            {
                _lastClass = candidate;
                break;
            }
        }

        return _parts;
    }

    /// <summary>What the step leaves behind: tokens, cached blocks, finished requests.</summary>
    public void Complete(Action<SimulatedRequest> finished)
    {
        foreach ((SimulatedRequest request, int tokens, _) in _parts)
        {
            int full = request.Computed / _options.BlockTokens;
            request.Computed += tokens;
            request.EnteredTokens += tokens;
            if (_options.PrefixCaching)
                for (; full < request.Computed / _options.BlockTokens; full++)
                    Pool.Name(request.Blocks[full], request.KeyOf(full, _options.BlockTokens, _traceBlockTokens));
            if (request.Computed == request.Known && request.Generated < request.Arrival.OutputTokens)
                request.Generated++;
            if (!request.IsDone)
                continue;
            Release(request);
            _running.Remove(request);
            finished(request);
        }
    }

    private void ScheduleClass(long now, int? isolationClass)
    {
        int budget = _options.MaximumBatchTokens;
        for (int index = 0; index < _running.Count && budget > 0; index++)
        {
            SimulatedRequest request = _running[index];
            if (isolationClass is { } only && request.IsolationClass != only)
                continue;
            int tokens = Math.Min(Math.Min(request.Known - request.Computed, budget), _options.MaximumChunkTokens);
            int needed = BlocksFor(request.Computed + tokens) - request.Blocks.Count;
            if (!MakeRoom(request, needed, now))
                break;
            Grow(request, needed);
            _parts.Add(new ScheduledPart(request, tokens, false));
            budget -= tokens;
        }

        while (!Preempted && budget > 0 && _running.Count < _options.MaximumRunning && Head(isolationClass) is { } next && TryAdmit(next, ref budget))
        {
        }
    }

    /// <summary>Preempts the request admitted last, again and again, until blocks suffice; false when that was the request itself.</summary>
    private bool MakeRoom(SimulatedRequest request, int needed, long now)
    {
        while (Pool.Free < needed)
        {
            SimulatedRequest victim = _running[^1];
            _running.RemoveAt(_running.Count - 1);
            Release(victim);
            (victim.LostTokens, victim.Computed, victim.WaitsSince) = (victim.LostTokens + victim.Computed, 0, now);
            victim.Preemptions++;
            _waiting[victim.IsolationClass].AddFirst(victim);
            Preemptions++;
            Preempted = true;
            if (ReferenceEquals(victim, request))
                return false;
        }

        return true;
    }

    private bool TryAdmit(SimulatedRequest request, ref int budget)
    {
        List<int> hits = FindHits(request);
        int found = hits.Count * _options.BlockTokens;
        int tokens = Math.Min(Math.Min(request.Known - found, budget), _options.MaximumChunkTokens);
        int needed = BlocksFor(found + tokens) - hits.Count;
        int unheld = hits.Count(block => !Pool.IsHeld(block));
        if (needed + unheld > Pool.Free - (_running.Count > 0 ? _watermark : 0))
            return false;
        _waiting[request.IsolationClass].RemoveFirst();
        foreach (int block in hits)
            Pool.Hold(block);
        request.Blocks.AddRange(hits);
        Grow(request, needed);
        request.Computed = found;
        request.HitTokens += found;
        if (!request.WasAdmitted)
            (request.WasAdmitted, request.FirstHitTokens) = (true, found);
        _running.Add(request);
        _parts.Add(new ScheduledPart(request, tokens, true));
        budget -= tokens;
        return true;
    }

    // At least one token enters the model, so that there are logits to choose from.
    private List<int> FindHits(SimulatedRequest request)
    {
        List<int> hits = [];
        for (int block = 0; _options.PrefixCaching && block < (request.Known - 1) / _options.BlockTokens; block++)
        {
            if (!Pool.TryFind(request.KeyOf(block, _options.BlockTokens, _traceBlockTokens), out int found))
                break;
            hits.Add(found);
        }

        return hits;
    }

    private SimulatedRequest? Head(int? isolationClass)
    {
        if (isolationClass is { } only)
            return _waiting[only].First?.Value;
        SimulatedRequest? head = null;
        foreach (LinkedList<SimulatedRequest> queue in _waiting)
            if (queue.First?.Value is { } first && (head is null || first.Index < head.Index))
                head = first;
        return head;
    }

    private void Grow(SimulatedRequest request, int blocks)
    {
        for (int taken = 0; taken < blocks; taken++)
            request.Blocks.Add(Pool.Take());
    }

    // From the end: a prefix is worth more than what follows it.
    private void Release(SimulatedRequest request)
    {
        for (int index = request.Blocks.Count - 1; index >= 0; index--)
            Pool.Release(request.Blocks[index]);
        request.Blocks.Clear();
    }

    private int BlocksFor(int tokens) => (int)(((long)tokens + _options.BlockTokens - 1) / _options.BlockTokens);
}
