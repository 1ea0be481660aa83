using PlanForensics.Contracts.Engine;
using PlanForensics.Plans;

namespace PlanForensics.Simulation.Batching;

/// <summary>Joins a request's steps into spans while they happen.</summary>
internal sealed class SpanBuilder
{
    private readonly List<StepSpan> _closed = [];
    private int _firstIndex;
    private int _count;
    private int _firstOrdinal;
    private int _stride;
    private int _query;
    private int _firstKey;
    private ExecutionPhase _phase;
    private DateTimeOffset? _admittedAt;
    private double _queueMs;

    public int StepCount => _firstIndex + _count;

    /// <summary>Adds a step. A step after a wait starts a new span; the wait is that of all steps up to the next one.</summary>
    public void Add(int ordinal, ExecutionPhase phase, int query, int key, DateTimeOffset? admittedAt, double queueMs)
    {
        if (_count > 0 && phase == _phase && query == _query && admittedAt is null && key == _firstKey + (_count * query))
        {
            int stride = ordinal - _firstOrdinal;
            if (_count == 1)
                _stride = stride;
            if (stride == _count * _stride)
            {
                _count++;
                return;
            }
        }

        Close();
        (_count, _firstOrdinal, _stride, _query, _firstKey, _phase, _admittedAt) = (1, ordinal, 1, query, key, phase, admittedAt);
        _queueMs = admittedAt is null ? _queueMs : queueMs;
    }

    /// <summary>All spans; nothing may be added afterwards.</summary>
    public IReadOnlyList<StepSpan> Finish()
    {
        Close();
        _count = 0;
        return _closed;
    }

    private void Close()
    {
        if (_count == 0)
            return;
        _closed.Add(new StepSpan
        {
            FirstStepIndex = _firstIndex, StepCount = _count, FirstOrdinal = _firstOrdinal, Stride = _count == 1 ? 1 : _stride, Phase = _phase,
            QueryLength = _query, FirstKeyLength = _firstKey, AdmittedAt = _admittedAt, QueueTimeMs = _queueMs,
        });
        _firstIndex += _count;
    }
}
