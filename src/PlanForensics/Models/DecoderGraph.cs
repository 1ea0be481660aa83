using PlanForensics.Plans;

namespace PlanForensics.Models;

/// <summary>A decoder as the ordered list of its operators; each runs after those before it.</summary>
/// <remarks>
/// Values are named <c>tokens</c>, <c>positions</c> and <c>kv_cache</c> (given from outside), <c>embedding</c>, <c>l2.down_proj</c> (made in layer 2 by
/// down_proj), <c>l2.rope_q</c> and <c>l2.rope_k</c>, <c>final_norm</c>, <c>logits</c> and <c>token</c>.
/// The residual stream after a layer is <c>l2.mlp_residual</c>.
/// </remarks>
public sealed class DecoderGraph
{
    private readonly List<DecoderOperator> _operators = [];

    /// <summary>Lays the operators of a decoder out.</summary>
    /// <param name="configuration">The decoder.</param>
    /// <exception cref="ArgumentException">The configuration contradicts itself (<see cref="ModelConfiguration.Validate"/>).</exception>
    public DecoderGraph(ModelConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration.Validate() is { } problem)
            throw new ArgumentException(problem, nameof(configuration));
        Configuration = configuration;
        string stream = AddEmbedding();
        for (int layer = 0; layer < configuration.LayerCount; layer++)
            stream = AddMlp(layer, AddAttention(layer, stream));
        Add(OperatorRole.FinalNorm, -1, [stream], ["final_norm"], hasBias: configuration.HasNormBias);
        Add(OperatorRole.LmHead, -1, ["final_norm"], ["logits"], configuration.VocabularySize, configuration.HiddenSize);
        Add(OperatorRole.Argmax, -1, ["logits"], ["token"]);
    }

    /// <summary>The decoder that the operators make up.</summary>
    public ModelConfiguration Configuration { get; }

    /// <summary>The operators, in the order in which they run.</summary>
    public IReadOnlyList<DecoderOperator> Operators => _operators;

    /// <summary>Looks an operator up.</summary>
    /// <param name="role">Its role.</param>
    /// <param name="layer">Its 0-based layer; -1 for an operator of the whole model.</param>
    /// <returns>The operator, or null where this decoder has none such.</returns>
    public DecoderOperator? Find(OperatorRole role, int layer) => _operators.Find(o => o.Role == role && o.Layer == layer);

    /// <summary>The graph for people: one operator a line.</summary>
    /// <returns>The lines, separated by a line feed.</returns>
    public override string ToString() => string.Join('\n', _operators);

    private string AddEmbedding()
    {
        Add(OperatorRole.Embedding, -1, ["tokens"], ["embedding"]);
        if (Configuration.Position != PositionKind.Learned)
            return "embedding";
        Add(OperatorRole.PositionAdd, -1, ["embedding", "positions"], ["position_add"]);
        return "position_add";
    }

    private string AddAttention(int layer, string stream)
    {
        ModelConfiguration c = Configuration;
        string p = $"l{layer}.";
        Add(OperatorRole.AttentionNorm, layer, [stream], [p + "attention_norm"], hasBias: c.HasNormBias);
        Add(OperatorRole.QueryProjection, layer, [p + "attention_norm"], [p + "q_proj"], c.QueryWidth, c.HiddenSize, c.HasAttentionBias);
        Add(OperatorRole.KeyProjection, layer, [p + "attention_norm"], [p + "k_proj"], c.KeyValueWidth, c.HiddenSize, c.HasAttentionBias);
        Add(OperatorRole.ValueProjection, layer, [p + "attention_norm"], [p + "v_proj"], c.KeyValueWidth, c.HiddenSize, c.HasAttentionBias);
        (string q, string k) = (p + "q_proj", p + "k_proj");
        if (c.Position == PositionKind.Rope)
        {
            Add(OperatorRole.Rope, layer, [q, k, "positions"], [p + "rope_q", p + "rope_k"]);
            (q, k) = (p + "rope_q", p + "rope_k");
        }

        Add(OperatorRole.Attention, layer, [q, k, p + "v_proj", "kv_cache"], [p + "attention"]);
        Add(OperatorRole.OutputProjection, layer, [p + "attention"], [p + "o_proj"], c.HiddenSize, c.QueryWidth, c.HasAttentionBias);
        Add(OperatorRole.AttentionResidual, layer, [stream, p + "o_proj"], [p + "attention_residual"]);
        return p + "attention_residual";
    }

    private string AddMlp(int layer, string stream)
    {
        ModelConfiguration c = Configuration;
        string p = $"l{layer}.";
        Add(OperatorRole.MlpNorm, layer, [stream], [p + "mlp_norm"], hasBias: c.HasNormBias);
        if (c.HasGate)
            Add(OperatorRole.GateProjection, layer, [p + "mlp_norm"], [p + "gate_proj"], c.FeedForwardSize, c.HiddenSize, c.HasMlpBias);
        Add(OperatorRole.UpProjection, layer, [p + "mlp_norm"], [p + "up_proj"], c.FeedForwardSize, c.HiddenSize, c.HasMlpBias);
        Add(OperatorRole.Activation, layer, c.HasGate ? [p + "gate_proj", p + "up_proj"] : [p + "up_proj"], [p + "activation"]);
        Add(OperatorRole.DownProjection, layer, [p + "activation"], [p + "down_proj"], c.HiddenSize, c.FeedForwardSize, c.HasMlpBias);
        Add(OperatorRole.MlpResidual, layer, [stream, p + "down_proj"], [p + "mlp_residual"]);
        return p + "mlp_residual";
    }

    private void Add(OperatorRole role, int layer, string[] inputs, string[] outputs, int? n = null, int? k = null, bool hasBias = false) =>
        _operators.Add(new DecoderOperator(role, layer, inputs, outputs, n, k, hasBias));
}
