using PlanForensics.Plans;

namespace PlanForensics.Models;

/// <summary>The tensors that a configuration calls for, with their normalised shapes.</summary>
public static class DecoderTensors
{
    /// <summary>Lists every tensor of a decoder; matrices are (N outputs, K inputs), norms and biases vectors.</summary>
    /// <param name="configuration">The decoder.</param>
    /// <returns>Keys and shapes, in the order in which the decoder uses them. A tied head is listed too, with the embedding's shape.</returns>
    public static IReadOnlyList<KeyValuePair<DecoderTensorKey, IReadOnlyList<int>>> Expected(ModelConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        List<KeyValuePair<DecoderTensorKey, IReadOnlyList<int>>> tensors = [];
        ModelConfiguration c = configuration;
        Add(OperatorRole.Embedding, -1, c.VocabularySize, c.HiddenSize);
        if (c.Position == PositionKind.Learned)
            Add(OperatorRole.PositionAdd, -1, c.ContextLength, c.HiddenSize);
        for (int layer = 0; layer < c.LayerCount; layer++)
        {
            AddNorm(OperatorRole.AttentionNorm, layer);
            AddLinear(OperatorRole.QueryProjection, layer, c.QueryWidth, c.HiddenSize, c.HasAttentionBias);
            AddLinear(OperatorRole.KeyProjection, layer, c.KeyValueWidth, c.HiddenSize, c.HasAttentionBias);
            AddLinear(OperatorRole.ValueProjection, layer, c.KeyValueWidth, c.HiddenSize, c.HasAttentionBias);
            AddLinear(OperatorRole.OutputProjection, layer, c.HiddenSize, c.QueryWidth, c.HasAttentionBias);
            AddNorm(OperatorRole.MlpNorm, layer);
            if (c.HasGate)
                AddLinear(OperatorRole.GateProjection, layer, c.FeedForwardSize, c.HiddenSize, c.HasMlpBias);
            AddLinear(OperatorRole.UpProjection, layer, c.FeedForwardSize, c.HiddenSize, c.HasMlpBias);
            AddLinear(OperatorRole.DownProjection, layer, c.HiddenSize, c.FeedForwardSize, c.HasMlpBias);
        }

        AddNorm(OperatorRole.FinalNorm, -1);
        Add(OperatorRole.LmHead, -1, c.VocabularySize, c.HiddenSize);
        return tensors;

        void Add(OperatorRole role, int layer, params int[] shape) => tensors.Add(new(new DecoderTensorKey(role, layer), shape));

        void AddBias(OperatorRole role, int layer, int width) => tensors.Add(new(new DecoderTensorKey(role, layer, IsBias: true), [width]));

        void AddNorm(OperatorRole role, int layer)
        {
            Add(role, layer, c.HiddenSize);
            if (c.HasNormBias)
                AddBias(role, layer, c.HiddenSize);
        }

        void AddLinear(OperatorRole role, int layer, int outputs, int inputs, bool hasBias)
        {
            Add(role, layer, outputs, inputs);
            if (hasBias)
                AddBias(role, layer, outputs);
        }
    }
}
