using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines;

/// <summary>A library whose operator has one plan text for every number of rows, and as a rule for every width; the plan itself states how they matter.</summary>
public sealed class RowFamily : IRowFamily
{
    private readonly Func<RowKey, OperatorPlan> _plan;
    private readonly NumericFormat _format;
    private readonly Func<RowKey, string?> _decline;

    /// <summary>Creates a family.</summary>
    /// <param name="name">Library, operator and dispatch.</param>
    /// <param name="operator">The operator.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="format">Format of inputs and outputs.</param>
    /// <param name="decline">Gives the reason why a key is not covered, or null; covers every key unless set.</param>
    internal RowFamily(string name, RowOperator @operator, OperatorPlan plan, NumericFormat format = NumericFormat.Fp32, Func<RowKey, string?>? decline = null)
        : this(name, @operator, _ => plan, format, decline)
    {
    }

    /// <summary>Creates a family whose plan depends on the key.</summary>
    /// <param name="name">Library, operator and dispatch.</param>
    /// <param name="operator">The operator.</param>
    /// <param name="plan">The plan of a key.</param>
    /// <param name="format">Format of inputs and outputs.</param>
    /// <param name="decline">Gives the reason why a key is not covered, or null; covers every key unless set.</param>
    internal RowFamily(string name, RowOperator @operator, Func<RowKey, OperatorPlan> plan, NumericFormat format = NumericFormat.Fp32, Func<RowKey, string?>? decline = null)
    {
        (Name, Operator, _plan, _format) = (name, @operator, plan, format);
        _decline = decline ?? (static _ => null);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public RowOperator Operator { get; }

    /// <inheritdoc/>
    public PlanDecision PlanFor(RowKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Format != _format)
            return PlanDecision.Decline($"the rule is for {NumericFormats.NameOf(_format)}; got {NumericFormats.NameOf(key.Format)}");
        return _decline(key) is { } reason ? PlanDecision.Decline(reason) : PlanDecision.Of(_plan(key));
    }
}
