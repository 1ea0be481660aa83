using System.Globalization;
using System.Text.Json;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Telemetry;
using PlanForensics.Plans;

namespace PlanForensics.Telemetry;

/// <summary>Puts kernels to steps and makes the engine's timeline of them: one request whose steps are the engine's, ranks are processes.</summary>
internal sealed class NsysSteps
{
    /// <summary>Nanoseconds after the end of a short range in which launches still count to it.</summary>
    private const long LeastTail = 10_000_000;

    private readonly NsysTables _tables;
    private readonly KernelNameCache _names;
    private readonly string _requestId;
    private readonly Dictionary<long, List<NsysRange>> _ranges = [];
    private readonly Dictionary<long, int> _ranks = [];
    private readonly Dictionary<NsysRange, List<NsysKernel>> _kernels = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<NsysRange, StepPlace> _places = new(ReferenceEqualityComparer.Instance);
    private readonly ILookup<long, (long Process, long Start, long End)> _collectives;

    public NsysSteps(NsysTables tables, KernelNameCache names, string requestId)
    {
        (_tables, _names, _requestId) = (tables, names, requestId);
        foreach (NsysRange step in tables.Steps)
        {
            if (!_ranges.TryGetValue(step.Process, out List<NsysRange>? own))
                _ranges.Add(step.Process, own = []);
            own.Add(step);
            _kernels.Add(step, []);
        }

        ILookup<long, NsysKernel> byProcess = tables.Kernels.ToLookup(kernel => kernel.Process);
        foreach (long process in _ranges.Keys.OrderBy(process => byProcess[process].Min(kernel => kernel.Device) ?? long.MaxValue).ThenBy(process => process))
            _ranks.Add(process, _ranks.Count);
        foreach ((long process, List<NsysRange> own) in _ranges)
            for (int index = 0; index < own.Count; index++)
                _places.Add(own[index], new StepPlace(requestId, index, _ranks[process]));
        _collectives = tables.Collectives.ToLookup(range => range.Process);
        foreach (NsysKernel kernel in tables.Kernels)
            if (RangeOf(kernel) is { } range)
                _kernels[range].Add(kernel);
    }

    /// <summary>The step of a kernel, and whether it was launched after the step's range; null outside steps.</summary>
    public (StepPlace Place, bool IsAfter)? PlaceOf(NsysKernel kernel) => RangeOf(kernel) is { } range
        ? (_places[range], kernel.PlacedAt > range.End)
        : null;

    public ExecutionContract Timeline(DateTimeOffset importedAt) => new()
    {
        SchemaVersion = ExecutionContract.CurrentSchemaVersion,
        RequestId = _requestId,
        RecordedAt = _tables.Began ?? importedAt,
        Model = new ModelIdentity { Name = "unknown" },
        Request = new EffectiveRequest
        {
            Approximation = "an engine's timeline from a profile: each step stands for the whole batch; query_length and key_length are its tokens, contexts and x are not known",
        },
        Steps = _ranges.SelectMany(process => process.Value.Select((range, index) => new ContractStep { State = StateOf(range, index), Observation = new StepObservation() })).ToValueList(),
    };

    private NsysRange? RangeOf(NsysKernel kernel)
    {
        if (!_ranges.TryGetValue(kernel.Process, out List<NsysRange>? own))
            return null;
        (int low, int high) = (0, own.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = own[middle].Start <= kernel.PlacedAt ? (middle + 1, high) : (low, middle);
        }

        if (low == 0)
            return null;
        NsysRange range = own[low - 1];
        return kernel.PlacedAt - range.End <= Math.Max(LeastTail, range.End - range.Start) ? range : null;
    }

    private StepState StateOf(NsysRange range, int index)
    {
        List<NsysKernel> kernels = _kernels[range];
        NsysKernel[] collectives = [.. kernels.Where(IsCollective)];
        (string? device, int? smCount) = kernels.FirstOrDefault()?.Device is { } id ? _tables.Devices.GetValueOrDefault(id) : default;
        int tokens = range.BatchTokens ?? 1;
        IEnumerable<(long, long)> busy = kernels.Select(kernel => (kernel.Start, kernel.End))
            .Concat(_tables.Graphs.Where(graph => graph.Process == range.Process && graph.Start >= range.Start && graph.Start <= range.End).Select(graph => (graph.Start, graph.End)));
        return new StepState
        {
            StepIndex = index,
            Rank = _ranks[range.Process],
            Phase = range.ContextRequests > 0 ? ExecutionPhase.Prefill : ExecutionPhase.Decode,
            Shape = new StepShape { QueryLength = tokens, KeyLength = tokens },
            BatchSize = range.BatchSize,
            BatchTokens = range.BatchTokens,
            StartedAt = _tables.Began?.AddTicks(range.Start / 100),
            GpuTimeMs = kernels.Count == 0 && _tables.Graphs.Count == 0 ? null : Union(busy) / 1e6,
            Collective = collectives.Length == 0 ? null : new CollectiveState
            {
                CommTimeMs = Union(collectives.Select(kernel => (kernel.Start, kernel.End))) / 1e6,
                RankSkewMs = SkewOf(index),
            },
            KernelVariant = HeaviestOf(kernels),
            Device = device,
            SmCount = smCount,
            LibraryVersions = _tables.Versions,
            UnknownFields = Composition(range, kernels.Count),
        };
    }

    // First collective of the last rank minus that of the first, where several ranks run it in this step.
    private double? SkewOf(int index)
    {
        long[] starts = [.. _ranges.Values.Where(own => own.Count > index)
            .Select(own => _kernels[own[index]].Find(IsCollective)?.Start).OfType<long>()];
        return starts.Length < 2 ? null : (starts.Max() - starts.Min()) / 1e6;
    }

    private string? HeaviestOf(List<NsysKernel> kernels) => kernels
        .GroupBy(kernel => kernel.Name)
        .OrderByDescending(group => _names.Get(group.Key).Operator is "gemm" or "gemv")
        .ThenByDescending(group => group.Sum(kernel => kernel.End - kernel.Start))
        .ThenBy(group => group.Key, StringComparer.Ordinal)
        .FirstOrDefault()?.Key;

    private bool IsCollective(NsysKernel kernel) => _names.Get(kernel.Name).Family is "nccl" or "custom_all_reduce"
        || _collectives[kernel.Process].Any(range => kernel.LaunchStart >= range.Start && kernel.LaunchStart <= range.End);

    private static long Union(IEnumerable<(long Start, long End)> intervals)
    {
        (long sum, long until) = (0, long.MinValue);
        foreach ((long start, long end) in intervals.Order())
        {
            sum += Math.Max(0, end - Math.Max(start, until));
            until = Math.Max(until, end);
        }

        return sum;
    }

    private static UnknownFields Composition(NsysRange range, int kernelCount)
    {
        List<KeyValuePair<string, JsonElement>> fields = [new("range", JsonSerializer.SerializeToElement(range.Name, ContractJson.Context.String))];
        Add("context_requests", range.ContextRequests);
        Add("context_tokens", range.ContextTokens);
        Add("generation_requests", range.GenerationRequests);
        Add("generation_tokens", range.GenerationTokens);
        Add("kernel_count", kernelCount);
        return new UnknownFields(fields);

        void Add(string name, int? value)
        {
            if (value is { } number)
                fields.Add(new(name, JsonElement.Parse(number.ToString(CultureInfo.InvariantCulture))));
        }
    }
}
