namespace PlanForensics.Models;

/// <summary>The shape and the arithmetic of a decoder: all that is needed to run it besides its weights.</summary>
/// <remarks>
/// Every value is checked as it is assigned, also by <c>with</c>; what no single value shows (heads that do not share evenly) is
/// checked by <see cref="Validate"/>, which <see cref="DecoderModel"/> and <see cref="DecoderGraph"/> call.
/// </remarks>
public sealed record ModelConfiguration
{
    private const int MaximumSize = 1 << 24;
    private const int MaximumLayers = 1 << 16;

    /// <summary>The architecture as its source names it: <c>LlamaForCausalLM</c>, <c>GPT2LMHeadModel</c>, <c>llama2.c</c>; for people only.</summary>
    public string Architecture { get; init; } = "";

    /// <summary>Decoder layers, at least 1.</summary>
    public required int LayerCount { get; init => field = Checked(value, MaximumLayers, nameof(LayerCount)); }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init => field = Checked(value, MaximumSize, nameof(HiddenSize)); }

    /// <summary>Query heads.</summary>
    public required int HeadCount { get; init => field = Checked(value, MaximumSize, nameof(HeadCount)); }

    /// <summary>Key and value heads; fewer than <see cref="HeadCount"/> is grouped-query attention.</summary>
    public required int KeyValueHeadCount { get; init => field = Checked(value, MaximumSize, nameof(KeyValueHeadCount)); }

    /// <summary>Width of one head. Queries are <see cref="HeadCount"/> x this, which need not be <see cref="HiddenSize"/>.</summary>
    public required int HeadDimension { get; init => field = Checked(value, MaximumSize, nameof(HeadDimension)); }

    /// <summary>Width inside the MLP.</summary>
    public required int FeedForwardSize { get; init => field = Checked(value, MaximumSize, nameof(FeedForwardSize)); }

    /// <summary>Tokens in the vocabulary.</summary>
    public required int VocabularySize { get; init => field = Checked(value, MaximumSize, nameof(VocabularySize)); }

    /// <summary>The longest sequence, in tokens.</summary>
    public required int ContextLength { get; init => field = Checked(value, MaximumSize, nameof(ContextLength)); }

    /// <summary>The normalisation.</summary>
    public required NormKind Norm { get; init; }

    /// <summary>Epsilon of the norms, exactly the double that the source's text denotes; positive and finite. Kernels round it to their format.</summary>
    public required double NormEpsilon { get; init => field = Checked(value, nameof(NormEpsilon)); }

    /// <summary>The nonlinearity of the MLP; <see cref="ActivationKind.SiluGate"/> means that there is a gate matrix.</summary>
    public required ActivationKind Activation { get; init; }

    /// <summary>How positions enter.</summary>
    public required PositionKind Position { get; init; }

    /// <summary>Base of the RoPE frequencies, positive and finite; default 10000. Meaningless for learned positions.</summary>
    public double RopeTheta { get; init => field = Checked(value, nameof(RopeTheta)); } = 10000.0;

    /// <summary>Which elements RoPE rotates together; default rotate-half. Meaningless for learned positions.</summary>
    public RopeStyle RopeStyle { get; init; } = RopeStyle.RotateHalf;

    /// <summary>Whether lm_head uses the embedding's weights.</summary>
    public required bool HasTiedHead { get; init; }

    /// <summary>Whether the q, k, v and o projections have biases; default false.</summary>
    public bool HasAttentionBias { get; init; }

    /// <summary>Whether the MLP's projections have biases; default false.</summary>
    public bool HasMlpBias { get; init; }

    /// <summary>The token that begins a sequence, or null when the source names none.</summary>
    public int? BeginTokenId { get; init; }

    /// <summary>The tokens that end a sequence; default none.</summary>
    public TokenIds EndTokenIds { get; init; } = TokenIds.None;

    /// <summary>Outputs of the query projection: heads x head dimension.</summary>
    public int QueryWidth => HeadCount * HeadDimension;

    /// <summary>Outputs of the key and of the value projection: key-value heads x head dimension.</summary>
    public int KeyValueWidth => KeyValueHeadCount * HeadDimension;

    /// <summary>Whether the MLP has a gate matrix.</summary>
    public bool HasGate => Activation == ActivationKind.SiluGate;

    /// <summary>Whether a norm has a bias beside its weight.</summary>
    public bool HasNormBias => Norm == NormKind.Layer;

    /// <summary>Finds what single values cannot show.</summary>
    /// <returns>The first problem in words, naming the fields; null when there is none.</returns>
    public string? Validate()
    {
        if (HeadCount % KeyValueHeadCount != 0)
            return $"head count {HeadCount} is not a multiple of key-value head count {KeyValueHeadCount}";
        if ((long)HeadCount * HeadDimension > MaximumSize)
            return $"head count {HeadCount} x head dimension {HeadDimension} is more than {MaximumSize}";
        if (Position == PositionKind.Rope && HeadDimension % 2 != 0)
            return $"head dimension {HeadDimension} is odd, and RoPE rotates pairs";
        return null;
    }

    private static int Checked(int value, int maximum, string name) => value >= 1 && value <= maximum
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"expected 1 to {maximum}");

    private static double Checked(double value, string name) => double.IsFinite(value) && value > 0
        ? value
        : throw new ArgumentOutOfRangeException(name, value, "expected a positive finite number");
}
