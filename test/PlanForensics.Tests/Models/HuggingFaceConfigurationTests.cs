using System.Text;
using System.Text.Json.Nodes;
using FluentAssertions;
using PlanForensics.Models;
using Xunit;

namespace PlanForensics.Tests.Models;

public sealed class HuggingFaceConfigurationTests
{
    private const string Llama =
        """
        {"architectures":["LlamaForCausalLM"],"hidden_act":"silu","hidden_size":16,"intermediate_size":20,"num_hidden_layers":2,
         "num_attention_heads":4,"vocab_size":33,"max_position_embeddings":16,"rms_norm_eps":1e-6}
        """;

    private const string Gpt2 =
        """
        {"architectures":["GPT2LMHeadModel"],"n_embd":12,"n_layer":2,"n_head":4,"n_positions":16,"vocab_size":33}
        """;

    [Fact]
    public void A_minimal_llama_gets_the_defaults_of_its_library()
    {
        ModelConfiguration c = Read(Llama);
        c.Should().Be(new ModelConfiguration
        {
            Architecture = "LlamaForCausalLM",
            LayerCount = 2,
            HiddenSize = 16,
            HeadCount = 4,
            KeyValueHeadCount = 4,
            HeadDimension = 4,
            FeedForwardSize = 20,
            VocabularySize = 33,
            ContextLength = 16,
            Norm = NormKind.Rms,
            NormEpsilon = 1e-6,
            Activation = ActivationKind.SiluGate,
            Position = PositionKind.Rope,
            HasTiedHead = false,
        });
        c.RopeTheta.Should().Be(10000.0);
        c.RopeStyle.Should().Be(RopeStyle.RotateHalf);
        c.BeginTokenId.Should().BeNull();
    }

    [Fact]
    public void Every_llama_field_is_read()
    {
        ModelConfiguration c = Read(Llama, ("num_key_value_heads", 2), ("head_dim", 6), ("rope_theta", 500000.0), ("rope_interleaved", true),
            ("tie_word_embeddings", true), ("attention_bias", true), ("mlp_bias", true), ("bos_token_id", 1), ("eos_token_id", new JsonArray(2, 3)));
        (c.KeyValueHeadCount, c.HeadDimension, c.QueryWidth, c.KeyValueWidth).Should().Be((2, 6, 24, 12));
        (c.RopeTheta, c.RopeStyle).Should().Be((500000.0, RopeStyle.Interleaved));
        (c.HasTiedHead, c.HasAttentionBias, c.HasMlpBias).Should().Be((true, true, true));
        c.BeginTokenId.Should().Be(1);
        c.EndTokenIds.Should().Equal(2, 3);
    }

    [Fact]
    public void A_minimal_gpt2_gets_the_defaults_of_its_library()
    {
        ModelConfiguration c = Read(Gpt2);
        (c.Norm, c.NormEpsilon, c.Activation, c.Position).Should().Be((NormKind.Layer, 1e-5, ActivationKind.GeluTanh, PositionKind.Learned));
        (c.FeedForwardSize, c.HeadDimension, c.KeyValueHeadCount).Should().Be((48, 3, 4));
        (c.HasTiedHead, c.HasAttentionBias, c.HasMlpBias, c.HasGate, c.HasNormBias).Should().Be((true, true, true, false, true));
        Read(Gpt2, ("n_inner", 7), ("layer_norm_epsilon", 1e-6)).Should().Match<ModelConfiguration>(o => o.FeedForwardSize == 7 && o.NormEpsilon == 1e-6);
    }

    [Fact]
    public void Default_rope_scaling_is_accepted_in_every_spelling()
    {
        Read(Llama, ("rope_scaling", null)).RopeTheta.Should().Be(10000.0);
        Read(Llama, ("rope_scaling", new JsonObject { ["type"] = "default" })).RopeTheta.Should().Be(10000.0);
        Read(Llama, ("rope_parameters", new JsonObject { ["rope_type"] = "default", ["rope_theta"] = 7.0 })).RopeTheta.Should().Be(7.0);
    }

    public static TheoryData<string, string, string> LlamaRefusals => new()
    {
        { "architectures", """["MixtralForCausalLM"]""", "MixtralForCausalLM" },
        { "architectures", """["LlamaForCausalLM","X"]""", "list of one" },
        { "architectures", "null", "missing" },
        { "hidden_act", "\"gelu\"", "'gelu'" },
        { "hidden_act", "7", "expected a text" },
        { "rope_scaling", """{"rope_type":"llama3","factor":8.0}""", "scaled RoPE" },
        { "rope_scaling", """{"type":"linear","factor":2.0}""", "scaled RoPE" },
        { "rope_scaling", """{"rope_type":"default","factor":8.0}""", "factor" },
        { "rope_scaling", """{"rope_theta":7.0}""", "" },
        { "rope_scaling", "[]", "expected an object" },
        { "partial_rotary_factor", "0.5", "not supported" },
        { "sliding_window", "4096", "not supported" },
        { "quantization_config", """{"bits":4}""", "not supported" },
        { "rms_norm_eps", "0", "positive" },
        { "rms_norm_eps", "1e999", "positive" },
        { "rms_norm_eps", "null", "missing" },
        { "hidden_size", "0", "at least 1" },
        { "hidden_size", "-1", "at least 1" },
        { "hidden_size", "12.5", "at least 1" },
        { "hidden_size", "99999999999", "at least 1" },
        { "hidden_size", "13", "not a multiple" },
        { "hidden_size", "\"12\"", "at least 1" },
        { "tie_word_embeddings", "1", "true or false" },
        { "eos_token_id", "[-1]", "token ids" },
        { "eos_token_id", "\"2\"", "token ids" },
    };

    [Theory]
    [MemberData(nameof(LlamaRefusals))]
    public void What_a_llama_may_not_say_is_refused_by_name(string field, string json, string reason)
    {
        JsonNode? value = JsonNode.Parse(json);
        if (json == """{"rope_theta":7.0}""")
            FluentActions.Invoking(() => Read(Llama, ("rope_theta", 10000.0), (field, value))).Should().Throw<ModelFormatException>().WithMessage("*contradicts*");
        else
            FluentActions.Invoking(() => Read(Llama, (field, value))).Should().Throw<ModelFormatException>()
                .Where(e => e.Field == field && e.Path == "config.json" && e.Message.Contains(reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("activation_function", "\"gelu\"")]
    [InlineData("activation_function", "\"relu\"")]
    [InlineData("activation_function", "\"gelu_fast\"")]
    [InlineData("scale_attn_weights", "false")]
    [InlineData("scale_attn_by_inverse_layer_idx", "true")]
    [InlineData("reorder_and_upcast_attn", "true")]
    [InlineData("add_cross_attention", "true")]
    [InlineData("n_embd", "13")]
    public void What_a_gpt2_may_not_say_is_refused_by_name(string field, string json) =>
        FluentActions.Invoking(() => Read(Gpt2, (field, JsonNode.Parse(json)))).Should().Throw<ModelFormatException>().Where(e => e.Field == field);

    [Theory]
    [InlineData("num_attention_heads", 16777217, "HeadCount")]
    [InlineData("num_hidden_layers", 65537, "LayerCount")]
    [InlineData("num_key_value_heads", 3, "config.json")]
    [InlineData("head_dim", 16777216, "config.json")]
    [InlineData("head_dim", 5, "config.json")]
    public void Sizes_beyond_reason_are_refused(string field, int value, string named) =>
        FluentActions.Invoking(() => Read(Llama, ("head_dim", 6), (field, value))).Should().Throw<ModelFormatException>().Where(e => e.Field == named);

    [Fact]
    public void Errors_point_at_the_field_in_the_file()
    {
        ModelFormatException error = FluentActions.Invoking(() => HuggingFaceConfiguration.Parse("c", "{\"architectures\": [\"Bert\"]}"u8))
            .Should().Throw<ModelFormatException>().Which;
        error.Offset.Should().Be(1);
        error.Message.Should().Contain("(at byte 1)");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}x")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("nul")]
    public void Damaged_json_is_refused(string json) =>
        FluentActions.Invoking(() => HuggingFaceConfiguration.Parse("c", Encoding.UTF8.GetBytes(json))).Should().Throw<ModelFormatException>();

    [Fact]
    public void Deep_nesting_and_invalid_utf8_are_refused()
    {
        FluentActions.Invoking(() => HuggingFaceConfiguration.Parse("c", Encoding.UTF8.GetBytes("{\"a\":" + new string('[', 100_000)))).Should().Throw<ModelFormatException>();
        FluentActions.Invoking(() => HuggingFaceConfiguration.Parse("c", [(byte)'{', 0xFF, (byte)'}'])).Should().Throw<ModelFormatException>().WithMessage("*UTF-8*");
    }

    [Fact]
    public void Only_model_format_exceptions_come_out_of_damaged_configurations()
    {
        byte[] valid = Encoding.UTF8.GetBytes(Llama.Replace("\"vocab_size\"", "\"rope_scaling\":{\"type\":\"default\"},\"eos_token_id\":[2,3],\"vocab_size\"", StringComparison.Ordinal));
        Random random = new(7);
        int read = 0;
        int refused = 0;
        for (int round = 0; round < 4000; round++)
        {
            try
            {
                _ = HuggingFaceConfiguration.Parse("c", SafetensorsFuzzTests.Damage(valid, random)).Validate();
                read++;
            }
            catch (ModelFormatException)
            {
                refused++;
            }
        }

        read.Should().BeGreaterThan(40);
        refused.Should().BeGreaterThan(1000);
    }

    private static ModelConfiguration Read(string json, params (string Field, object? Value)[] changes)
    {
        JsonObject root = JsonNode.Parse(json)!.AsObject();
        foreach ((string field, object? value) in changes)
            root[field] = value as JsonNode ?? System.Text.Json.JsonSerializer.SerializeToNode(value);
        return HuggingFaceConfiguration.Parse("config.json", Encoding.UTF8.GetBytes(root.ToJsonString()));
    }
}
