using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Traffic;

namespace PlanForensics.Tests.Simulation.Batching;

/// <summary>
/// The rules of docs/simulation.md, written a second time and slowly: blocks are objects in a list, contents are texts of the whole chain, everything is searched for. It is told when each iteration began and says
/// which requests took part.
/// </summary>
internal sealed class ObviousEngine
{
    private readonly TrafficTrace _trace;
    private readonly SimulationOptions _options;
    private readonly List<Block> _blocks;
    private readonly List<Request> _waiting = [];
    private readonly List<Request> _running = [];
    private int _arrived;
    private int _clock;
    private int _lastClass = -1;

    public ObviousEngine(TrafficTrace trace, SimulationOptions options, int[] classes)
    {
        (_trace, _options) = (trace, options);
        _blocks = [.. Enumerable.Range(0, options.PoolBlocks).Select(_ => new Block())];
        Classes = classes;
    }

    public int[] Classes { get; }

    public List<int> Rejected { get; } = [];

    public List<int> Finished { get; } = [];

    public int UnfinishedCount => _waiting.Count + _running.Count;

    private int Used => _blocks.Count(block => block.Holders.Count > 0);

    /// <summary>The line of an iteration that began at a time, as <see cref="RecordedRun.Lines"/> writes it.</summary>
    public string Step(long ticks)
    {
        for (; _arrived < _trace.Requests.Count && _trace.Requests[_arrived].ArrivalTicks <= ticks; _arrived++)
            Arrive(new Request(_arrived, _trace.Requests[_arrived], Classes[_arrived]));
        bool strict = _options.Disturbances.Any(item => item.Kind == DisturbanceKind.Strict && item.HoldsAt(ticks));
        List<(Request Request, int Tokens, bool New)> parts = [];
        for (bool again = true; again && parts.Count == 0;)
        {
            again = false;
            int[] order = strict ? [.. Enumerable.Range(1, _options.IsolationClasses).Select(turn => (_lastClass + turn) % _options.IsolationClasses)] : [-1];
            foreach (int only in order)
            {
                if (parts.Count > 0)
                    break;
                parts = Schedule(only, ref again);
                if (parts.Count > 0 && strict)
                    _lastClass = only;
            }
        }

        string line = string.Join(' ', parts.OrderBy(part => part.Request.Number).Select(part => $"{part.Request.Number}:{part.Tokens}@{part.Request.Computed + part.Tokens}{(part.New ? "+" : "")}"));
        foreach ((Request request, int tokens, _) in parts)
            Advance(request, tokens);
        return line;
    }

    private void Arrive(Request request)
    {
        int needed = Ceiling(request.Prompt + Math.Max(request.Output - 1, 0));
        if (request.Prompt + request.Output > _options.MaximumContext || needed > _blocks.Count || _waiting.Count(other => other.Class == request.Class) >= _options.MaximumWaiting)
            Rejected.Add(request.Number);
        else
            _waiting.Add(request);
    }

    private List<(Request Request, int Tokens, bool New)> Schedule(int only, ref bool preempted)
    {
        List<(Request Request, int Tokens, bool New)> parts = [];
        int left = _options.MaximumBatchTokens;
        foreach (Request request in _running.ToList())
        {
            if (left == 0 || !_running.Contains(request))
                break;
            if (only >= 0 && request.Class != only)
                continue;
            int tokens = new[] { request.Prompt + request.Generated - request.Computed, left, _options.MaximumChunkTokens }.Min();
            int needed = Ceiling(request.Computed + tokens) - request.Blocks.Count;
            while (_running.Contains(request) && _blocks.Count - Used < needed)
            {
                Request victim = _running.Last();
                Free(victim);
                victim.Computed = 0;
                _running.Remove(victim);
                _waiting.Add(victim);
                preempted = true;
            }

            if (!_running.Contains(request))
                break;
            for (int count = 0; count < needed; count++)
                request.Blocks.Add(Take(request));
            parts.Add((request, tokens, false));
            left -= tokens;
        }

        while (!preempted && left > 0 && _running.Count < _options.MaximumRunning)
        {
            Request? next = _waiting.Where(request => only < 0 || request.Class == only).OrderBy(request => request.Number).FirstOrDefault();
            if (next is null)
                break;
            List<Block> hits = [];
            for (int block = 0; _options.PrefixCaching && block < (next.Prompt + next.Generated - 1) / _options.BlockTokens; block++)
            {
                if (_blocks.Find(candidate => candidate.Content == Content(next, block)) is not { } hit)
                    break;
                hits.Add(hit);
            }

            int found = hits.Count * _options.BlockTokens;
            int tokens = new[] { next.Prompt + next.Generated - found, left, _options.MaximumChunkTokens }.Min();
            int needed = Ceiling(found + tokens) - hits.Count;
            int free = _blocks.Count - Used - (_running.Count > 0 ? (int)(_options.Watermark * _blocks.Count) : 0);
            if (needed + hits.Count(hit => hit.Holders.Count == 0) > free)
                break;
            hits.ForEach(hit => hit.Holders.Add(next.Number));
            next.Blocks.AddRange(hits);
            for (int count = 0; count < needed; count++)
                next.Blocks.Add(Take(next));
            next.Computed = found;
            _waiting.Remove(next);
            _running.Add(next);
            parts.Add((next, tokens, true));
            left -= tokens;
        }

        return parts;
    }

    private void Advance(Request request, int tokens)
    {
        int before = request.Computed / _options.BlockTokens;
        request.Computed += tokens;
        for (int block = before; block < request.Computed / _options.BlockTokens; block++)
            if (_options.PrefixCaching && request.Blocks[block].Content is null && !_blocks.Exists(other => other.Content == Content(request, block)))
                request.Blocks[block].Content = Content(request, block);
        if (request.Computed == request.Prompt + request.Generated && request.Generated < request.Output)
            request.Generated++;
        if (request.Generated < request.Output || request.Computed < request.Prompt)
            return;
        Free(request);
        _running.Remove(request);
        Finished.Add(request.Number);
    }

    private Block Take(Request request)
    {
        Block block = _blocks.Find(candidate => candidate.Holders.Count == 0 && candidate.Content is null)
            ?? _blocks.Where(candidate => candidate.Holders.Count == 0).MinBy(candidate => candidate.FreedAt)!;
        block.Content = null;
        block.Holders.Add(request.Number);
        return block;
    }

    private void Free(Request request)
    {
        foreach (Block block in Enumerable.Reverse(request.Blocks))
        {
            block.Holders.Remove(request.Number);
            if (block.Holders.Count == 0)
                block.FreedAt = _clock++;
        }

        request.Blocks.Clear();
    }

    private string Content(Request request, int block)
    {
        string text = "";
        for (int index = 0; index <= block; index++)
        {
            int first = index * _options.BlockTokens;
            int named = _trace.BlockTokens == 0 ? int.MaxValue : first / _trace.BlockTokens;
            text += named < request.Arrival.Blocks.Length && first + _options.BlockTokens <= request.Prompt
                ? $"/{request.Arrival.Blocks.Span[named]}.{first % _trace.BlockTokens}"
                : $"/own {request.Number}.{index}";
        }

        return text;
    }

    private int Ceiling(int tokens) => (tokens + _options.BlockTokens - 1) / _options.BlockTokens;

    private sealed class Block
    {
        public List<int> Holders { get; } = [];

        public string? Content { get; set; }

        public int FreedAt { get; set; }
    }

    private sealed class Request(int number, TrafficRequest arrival, int isolationClass)
    {
        public int Number { get; } = number;

        public TrafficRequest Arrival { get; } = arrival;

        public int Class { get; } = isolationClass;

        public int Prompt { get; } = arrival.PromptTokens;

        public int Output { get; } = arrival.OutputTokens;

        public int Computed { get; set; }

        public int Generated { get; set; }

        public List<Block> Blocks { get; } = [];
    }
}
