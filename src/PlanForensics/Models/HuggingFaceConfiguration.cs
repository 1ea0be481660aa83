using System.Text.Json;

namespace PlanForensics.Models;

/// <summary>Reads Hugging Face's config.json for the Llama and the GPT-2 family.</summary>
/// <remarks>
/// Whatever would change the arithmetic and is not supported is refused by name; fields without influence on it (dropout, initialisers) are
/// ignored. Defaults for absent fields are those of the transformers library's configuration classes.
/// </remarks>
public static class HuggingFaceConfiguration
{
    /// <summary>The file's name in a model folder.</summary>
    public const string FileName = "config.json";

    private const long MaximumBytes = 16 << 20;
    private const string NotSupported = "not supported, and ignoring it would change the model's numbers";

    /// <summary>Reads a configuration file.</summary>
    /// <param name="path">The file, usually <c>config.json</c>.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="IOException">The file is missing or cannot be opened.</exception>
    /// <exception cref="ModelFormatException">The file is damaged, or asks for what this library does not run.</exception>
    public static ModelConfiguration Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return From(JsonFields.ReadFile(path, MaximumBytes));
    }

    /// <summary>Reads a configuration from memory.</summary>
    /// <param name="path">What to call the source in errors.</param>
    /// <param name="json">UTF-8 JSON.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="ModelFormatException">The text is damaged, or asks for what this library does not run.</exception>
    public static ModelConfiguration Parse(string path, ReadOnlySpan<byte> json) => From(JsonFields.Parse(path, json));

    private static ModelConfiguration From(JsonFields json)
    {
        ConfigurationFields fields = new(json);
        fields.RefuseIfPresent("quantization_config", NotSupported);
        return fields.Architecture() switch
        {
            "LlamaForCausalLM" => fields.Validated(() => Llama(fields)),
            "GPT2LMHeadModel" => fields.Validated(() => Gpt2(fields)),
            { } other => throw fields.Refuse("architectures", $"'{other}' is not supported; LlamaForCausalLM and GPT2LMHeadModel are"),
        };
    }

    private static ModelConfiguration Llama(ConfigurationFields fields)
    {
        string activation = fields.Text("hidden_act");
        if (activation is not ("silu" or "swish"))
            throw fields.Refuse("hidden_act", $"'{activation}' is not supported; silu is");
        if (fields.FindNumber("partial_rotary_factor") is { } factor and not 1.0)
            throw fields.Refuse("partial_rotary_factor", $"is {factor}: {NotSupported}");
        fields.RefuseIfPresent("sliding_window", NotSupported);
        int hidden = fields.Integer("hidden_size");
        int heads = fields.Integer("num_attention_heads");
        if (fields.FindInteger("head_dim") is not { } headDimension)
            headDimension = hidden % heads == 0
                ? hidden / heads
                : throw fields.Refuse("hidden_size", $"{hidden} is not a multiple of num_attention_heads {heads}, and there is no head_dim");
        bool interleaved = fields.Flag("rope_interleaved", absent: false);
        return new ModelConfiguration
        {
            Architecture = "LlamaForCausalLM",
            LayerCount = fields.Integer("num_hidden_layers"),
            HiddenSize = hidden,
            HeadCount = heads,
            KeyValueHeadCount = fields.FindInteger("num_key_value_heads") ?? heads,
            HeadDimension = headDimension,
            FeedForwardSize = fields.Integer("intermediate_size"),
            VocabularySize = fields.Integer("vocab_size"),
            ContextLength = fields.Integer("max_position_embeddings"),
            Norm = NormKind.Rms,
            NormEpsilon = fields.Number("rms_norm_eps"),
            Activation = ActivationKind.SiluGate,
            Position = PositionKind.Rope,
            RopeTheta = RopeTheta(fields),
            RopeStyle = interleaved ? RopeStyle.Interleaved : RopeStyle.RotateHalf,
            HasTiedHead = fields.Flag("tie_word_embeddings", absent: false),
            HasAttentionBias = fields.Flag("attention_bias", absent: false),
            HasMlpBias = fields.Flag("mlp_bias", absent: false),
            BeginTokenId = First(fields.TokenIdsOf("bos_token_id")),
            EndTokenIds = fields.TokenIdsOf("eos_token_id"),
        };
    }

    /// <summary>Theta from <c>rope_theta</c>, or from <c>rope_parameters</c> as transformers 5 writes it; any scaling is refused.</summary>
    private static double RopeTheta(ConfigurationFields fields)
    {
        double? theta = fields.FindNumber("rope_theta");
        foreach (string name in (ReadOnlySpan<string>)["rope_scaling", "rope_parameters"])
        {
            if (fields.FindObject(name) is not { } scaling)
                continue;
            foreach (JsonProperty entry in scaling.EnumerateObject())
            {
                if (entry.Name is "rope_type" or "type" && entry.Value.ValueKind == JsonValueKind.String && entry.Value.ValueEquals("default"))
                    continue;
                if (entry.Name != "rope_theta")
                    throw fields.Refuse(name, $"{entry.Name} is {entry.Value.GetRawText()}: scaled RoPE is {NotSupported}");
                double inner = fields.PositiveNumber(name, entry.Value);
                if (theta is { } outer && outer != inner)
                    throw fields.Refuse(name, $"rope_theta {inner} contradicts the rope_theta {outer} beside it");
                theta = inner;
            }
        }

        return theta ?? 10000.0;
    }

    private static ModelConfiguration Gpt2(ConfigurationFields fields)
    {
        string activation = fields.FindText("activation_function") ?? "gelu_new";
        if (activation is not ("gelu_new" or "gelu_pytorch_tanh"))
            throw fields.Refuse("activation_function", $"'{activation}' is not supported; gelu_new and gelu_pytorch_tanh are");
        fields.RequireFlag("scale_attn_weights", true, NotSupported);
        fields.RequireFlag("scale_attn_by_inverse_layer_idx", false, NotSupported);
        fields.RequireFlag("reorder_and_upcast_attn", false, NotSupported);
        fields.RequireFlag("add_cross_attention", false, NotSupported);
        int hidden = fields.Integer("n_embd");
        int heads = fields.Integer("n_head");
        if (hidden % heads != 0)
            throw fields.Refuse("n_embd", $"{hidden} is not a multiple of n_head {heads}");
        return new ModelConfiguration
        {
            Architecture = "GPT2LMHeadModel",
            LayerCount = fields.Integer("n_layer"),
            HiddenSize = hidden,
            HeadCount = heads,
            KeyValueHeadCount = heads,
            HeadDimension = hidden / heads,
            FeedForwardSize = fields.FindInteger("n_inner") ?? (int)Math.Min(4L * hidden, int.MaxValue),
            VocabularySize = fields.Integer("vocab_size"),
            ContextLength = fields.FindInteger("n_positions") ?? fields.Integer("n_ctx"),
            Norm = NormKind.Layer,
            NormEpsilon = fields.FindNumber("layer_norm_epsilon") ?? 1e-5,
            Activation = ActivationKind.GeluTanh,
            Position = PositionKind.Learned,
            HasTiedHead = fields.Flag("tie_word_embeddings", absent: true),
            HasAttentionBias = true,
            HasMlpBias = true,
            BeginTokenId = First(fields.TokenIdsOf("bos_token_id")),
            EndTokenIds = fields.TokenIdsOf("eos_token_id"),
        };
    }

    private static int? First(TokenIds ids) => ids.Count == 0 ? null : ids[0];
}
