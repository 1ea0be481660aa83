using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Attribution;

/// <summary>Collects what the classes make of one step's margin.</summary>
internal sealed class StabilityTally(ContractStep step, TieRule tie)
{
    private readonly LogitMargin? _margin = LogitMargin.Of(step.Observation, tie);
    private readonly List<int> _flipping = [];
    private double _spread;
    private long? _spreadUlps = 0;
    private int? _class;

    /// <summary>Adds a class's replay of the step; true when it chooses another token.</summary>
    public bool Add(int index, ContractStep replayed)
    {
        if (_margin is null || replayed.Observation.FullLogits is not { } logits)
            return false;
        RecordedLogit first = LogitOrder.At(logits, _margin.Top1.Token);
        RecordedLogit second = LogitOrder.At(logits, _margin.Top2.Token);
        double spread = Math.Abs((double)first.Value - second.Value - _margin.Margin);
        if (spread > _spread || (double.IsNaN(spread) && !double.IsNaN(_spread)))
            (_spread, _class) = (spread, index);
        NumericFormat format = _margin.Top1.Format;
        long? gap = StabilityBudget.SignedUlps(first.Value, second.Value, logits.Format, format);
        _spreadUlps = gap is { } ulps && _spreadUlps is { } most && _margin.Ulps != UlpDistance.Incomparable ? Math.Max(most, Math.Abs(ulps - _margin.Ulps)) : null;
        if (replayed.Observation.ChosenToken == _margin.Top1.Token)
            return false;
        _flipping.Add(index);
        return true;
    }

    public StabilityStep? Result(double atRiskBelow) => _margin is null ? null : new StabilityStep
    {
        StepIndex = step.State.StepIndex,
        Margin = _margin,
        Spread = _spread,
        SpreadUlps = _spreadUlps,
        SpreadClass = _class,
        FlippingClasses = _flipping.ToValueList(),
        Flag = _flipping.Count > 0 ? StabilityFlag.Flips
            : double.IsNaN(_spread) || (_spread > 0 && _margin.Margin < atRiskBelow * _spread) ? StabilityFlag.AtRisk
            : StabilityFlag.Stable,
    };
}
