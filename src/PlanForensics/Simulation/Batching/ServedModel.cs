using PlanForensics.Models;

namespace PlanForensics.Simulation.Batching;

/// <summary>The decoder that a simulated engine serves, as far as its shape goes: what matrix products, memory and time follow from.</summary>
public sealed record ServedModel
{
    /// <summary>Its name in contracts.</summary>
    public required string Name { get; init; }

    /// <summary>Layers.</summary>
    public required int Layers { get; init => field = Positive(value, nameof(Layers)); }

    /// <summary>Hidden size.</summary>
    public required int Hidden { get; init => field = Positive(value, nameof(Hidden)); }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init => field = Positive(value, nameof(Heads)); }

    /// <summary>Key and value heads.</summary>
    public required int KeyValueHeads { get; init => field = Positive(value, nameof(KeyValueHeads)); }

    /// <summary>Elements of a head.</summary>
    public required int HeadDimension { get; init => field = Positive(value, nameof(HeadDimension)); }

    /// <summary>Width of the MLP.</summary>
    public required int Intermediate { get; init => field = Positive(value, nameof(Intermediate)); }

    /// <summary>Vocabulary entries.</summary>
    public required int Vocabulary { get; init => field = Positive(value, nameof(Vocabulary)); }

    /// <summary>Bytes of a weight, an activation and a cached value; default 2 (bf16).</summary>
    public int BytesPerValue { get; init => field = Positive(value, nameof(BytesPerValue)); } = 2;

    /// <summary>A decoder of 8 billion weights: 32 layers, hidden 4,096, 32 and 8 heads of 128, MLP 14,336, vocabulary 128,256.</summary>
    public static ServedModel EightBillion { get; } = new()
    {
        Name = "llama-8b", Layers = 32, Hidden = 4096, Heads = 32, KeyValueHeads = 8, HeadDimension = 128, Intermediate = 14336, Vocabulary = 128256,
    };

    /// <summary>Weights of the layers and the head: Layers x (Hidden x HeadDimension x (2 Heads + 2 KeyValueHeads) + 3 Hidden x Intermediate) + Hidden x Vocabulary.</summary>
    public long Weights => ((long)Layers * (((long)Hidden * HeadDimension * 2 * (Heads + KeyValueHeads)) + (3L * Hidden * Intermediate))) + ((long)Hidden * Vocabulary);

    /// <summary>Bytes that one token takes in the KV cache over all ranks: 2 x Layers x KeyValueHeads x HeadDimension x BytesPerValue.</summary>
    public long KeyValueBytesPerToken => 2L * Layers * KeyValueHeads * HeadDimension * BytesPerValue;

    /// <summary>The shape of a decoder on disk.</summary>
    /// <param name="configuration">Its configuration.</param>
    /// <param name="name">Its name in contracts.</param>
    /// <returns>The shape, with bf16 values.</returns>
    public static ServedModel Of(ModelConfiguration configuration, string name)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return new ServedModel
        {
            Name = name, Layers = configuration.LayerCount, Hidden = configuration.HiddenSize, Heads = configuration.HeadCount, KeyValueHeads = configuration.KeyValueHeadCount,
            HeadDimension = configuration.HeadDimension, Intermediate = configuration.FeedForwardSize, Vocabulary = configuration.VocabularySize,
        };
    }

    private static int Positive(int value, string name) => value >= 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is 1 or more");
}
