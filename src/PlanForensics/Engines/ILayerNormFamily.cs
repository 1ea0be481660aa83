namespace PlanForensics.Engines;

/// <summary>The rule of one library (and dispatch) for LayerNorm or RMSNorm in fp32, with weights. Pure; a width that the rule does not cover is declined.</summary>
public interface ILayerNormFamily
{
    /// <summary>Library, operator and dispatch, for example <c>aten.layer_norm.2.10</c>.</summary>
    string Name { get; }

    /// <summary>The plan of rows of one width.</summary>
    /// <param name="width">Values in a row, at least 1.</param>
    /// <returns>The plan, or the reason why this rule does not say.</returns>
    PlanDecision PlanFor(int width);
}
