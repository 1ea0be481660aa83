namespace PlanForensics.Engines;

/// <summary>The rule of one library (and dispatch) for an operator over rows. Pure; a key that the rule does not cover is declined.</summary>
public interface IRowFamily
{
    /// <summary>Library, operator and dispatch, for example <c>aten.softmax.avx2</c> or <c>ggml.soft_max.avx512</c>.</summary>
    string Name { get; }

    /// <summary>The operator.</summary>
    RowOperator Operator { get; }

    /// <summary>The plan of an operator.</summary>
    /// <param name="key">Rows, width, threads, format.</param>
    /// <returns>The plan, or the reason why this rule does not say.</returns>
    PlanDecision PlanFor(RowKey key);
}
