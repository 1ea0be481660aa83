using PlanForensics.Contracts;
using PlanForensics.Diffing;

namespace PlanForensics.Attribution;

/// <summary>Adds up the steps of one class.</summary>
internal sealed class ClassTally(EvidenceKind evidence)
{
    private int _replayed;
    private int _compared;
    private int _equal;
    private int? _first;
    private TensorDiff? _atFirst;
    private long? _maxUlps;
    private long? _elements;
    private readonly List<long> _histogram = [];
    private long _incomparable;
    private int _tokens;
    private int _tokensEqual;
    private int? _firstToken;

    public bool HasDifference => _first is not null || _firstToken is not null;

    public void Add(int stepIndex, StepOutcome outcome)
    {
        _replayed++;
        if (outcome.IsTokenEqual is { } token)
        {
            _tokens++;
            _tokensEqual += token ? 1 : 0;
            _firstToken ??= token ? null : stepIndex;
        }

        if (!StepEvidence.Counts(outcome.Kind, evidence))
            return;
        _compared++;
        _equal += outcome.IsEqual ? 1 : 0;
        if (outcome.Logits is { } logits)
        {
            _maxUlps = Math.Max(_maxUlps ?? 0, UlpsOf(logits));
            _elements = (_elements ?? 0) + logits.BitsDifferentCount;
            AddHistogram(logits);
        }

        if (outcome.IsEqual || _first is not null)
            return;
        _first = stepIndex;
        _atFirst = outcome.Logits;
    }

    public ClassComparison Result(CandidateClass candidates, IReadOnlyList<string> signatures) => new()
    {
        Class = candidates,
        StepsReplayed = _replayed,
        StepsCompared = _compared,
        StepsEqual = _equal,
        FirstDifferentStep = _first,
        MaxUlpsAtFirst = _atFirst is null ? null : UlpsOf(_atFirst),
        DifferentElementsAtFirst = _atFirst?.BitsDifferentCount,
        MaxUlps = _maxUlps,
        DifferentElements = _elements,
        UlpHistogram = _histogram.ToValueList(),
        IncomparableElements = _incomparable,
        TokensCompared = _tokens,
        TokensReproduced = _tokensEqual,
        FirstDifferentToken = _firstToken,
        Signatures = signatures.ToValueList(),
    };

    private void AddHistogram(TensorDiff logits)
    {
        _incomparable += logits.IncomparableCount;
        for (int bucket = 0; bucket < logits.Histogram.Count; bucket++)
        {
            if (logits.Histogram[bucket] is not (> 0 and var count))
                continue;
            while (_histogram.Count <= bucket)
                _histogram.Add(0);
            _histogram[bucket] += count;
        }
    }

    private static long UlpsOf(TensorDiff diff) => diff.IncomparableCount > 0 ? Numerics.UlpDistance.Incomparable : diff.MaxUlps;
}
