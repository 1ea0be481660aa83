using System.Globalization;
using FluentAssertions;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Models;

public sealed class HuggingFaceModelTests : IDisposable
{
    private const string LlamaConfig =
        """
        {"architectures":["LlamaForCausalLM"],"hidden_act":"silu","hidden_size":4,"intermediate_size":3,"num_hidden_layers":1,"num_attention_heads":2,
         "vocab_size":5,"max_position_embeddings":8,"rms_norm_eps":1e-6,"tie_word_embeddings":TIED,"attention_bias":BIAS}
        """;

    private const string Gpt2Config =
        """{"architectures":["GPT2LMHeadModel"],"n_embd":2,"n_layer":1,"n_head":1,"n_positions":3,"n_inner":3,"vocab_size":4}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tiny_stories_follows_the_alias_in_its_metadata()
    {
        DecoderModel model = DecoderModel.Load(SharedData.PathOf("models", "tinystories-656k-bf16"));
        model.FileSha256.Should().Be("5bb10183c78bfb69b00d10f9fae0715ce81abf5078c1f208abe8cfdc4d461e07", "the incident quotes it");
        ReferenceEquals(model.Embedding, model.Head).Should().BeTrue();
        (model.Format, model.Configuration.NormEpsilon, model.Configuration.HeadDimension).Should().Be((NumericFormat.Bf16, 1e-6, 16));
        DecoderModel wide = DecoderModel.Load(SharedData.PathOf("models", "tinystories-656k"));
        foreach ((DecoderTensorKey key, _) in DecoderTensors.Expected(wide.Configuration))
            model.Weight(key.Role, key.Layer)!.ToFp32().Should().Equal(wide.Weight(key.Role, key.Layer)!.ToFp32(), "the bf16 copy is lossless: {0}", key);
    }

    [Fact]
    public void The_projects_own_model_loads()
    {
        string path = Path.Combine(SharedData.RepositoryRoot, "samples", "models", "kjv-1m");
        if (!File.Exists(Path.Combine(path, "model.safetensors")))
            Assert.Skip("samples/models/kjv-1m is not here yet");
        DecoderModel model = DecoderModel.Load(path);
        model.Format.Should().Be(NumericFormat.Bf16);
        DecoderModel.Load(Path.Combine(path, "model.safetensors")).Sha256.Should().Be(model.Sha256);
        DecoderModel.Load(Path.Combine(path, "config.json")).Sha256.Should().Be(model.Sha256);
    }

    [Theory]
    [InlineData("lm_head.weight")]
    [InlineData("model.embed_tokens.weight")]
    public void A_tied_llama_with_one_of_the_two_is_whole_and_an_untied_one_is_not(string dropped)
    {
        WriteLlama(isTied: true, drop: dropped);
        DecoderModel model = DecoderModel.Load(_folder.Path);
        ReferenceEquals(model.Embedding, model.Head).Should().BeTrue();
        WriteLlama(isTied: false, drop: dropped);
        Refusal().Should().Match<ModelFormatException>(e => e.Field == dropped && e.Message.Contains("[5, 4]", StringComparison.Ordinal));
    }

    [Fact]
    public void An_untied_llama_keeps_two_matrices_and_biases_where_the_configuration_says()
    {
        WriteLlama(isTied: false, hasBias: true);
        DecoderModel model = DecoderModel.Load(_folder.Path);
        model.Embedding.Equals(model.Head).Should().BeFalse();
        model.Bias(OperatorRole.OutputProjection, 0)!.ElementCount.Should().Be(4);
        model.Bias(OperatorRole.UpProjection, 0).Should().BeNull();
        DecoderModel.Load(Path.Combine(_folder.Path, "model.safetensors")).Sha256.Should().Be(model.Sha256);
    }

    [Fact]
    public void Missing_extra_and_mis_shaped_tensors_are_named()
    {
        WriteLlama(isTied: false, drop: "model.layers.0.mlp.up_proj.weight");
        Refusal().Message.Should().Contain("model.layers.0.mlp.up_proj.weight: is missing; expected shape [3, 4]");
        WriteLlama(isTied: false, add: ("model.layers.1.mlp.up_proj.weight", [3, 4]));
        Refusal().Message.Should().Contain("model.layers.1.mlp.up_proj.weight F32 [3, 4] belongs to no operator");
        WriteLlama(isTied: false, drop: "model.norm.weight", add: ("model.norm.weight", [2, 2]));
        Refusal().Message.Should().Contain("model.norm.weight: has shape [2, 2], expected [4]");
        WriteLlama(isTied: false, add: ("model.layers.0.self_attn.rotary_emb.inv_freq", [1]));
        DecoderModel.Load(_folder.Path).Configuration.LayerCount.Should().Be(1, "a buffer that the library writes is no weight");
    }

    [Theory]
    [InlineData("")]
    [InlineData("transformer.")]
    public void Conv1D_is_transposed_and_the_fused_projection_cut_bit_by_bit(string prefix)
    {
        WriteGpt2(prefix);
        DecoderModel model = DecoderModel.Load(_folder.Path);
        // c_attn is stored as (2 inputs, 6 outputs): row i holds 10 i + 0..5. Outputs 0,1 are q, 2,3 k, 4,5 v; each output's inputs become a row.
        model.Weight(OperatorRole.QueryProjection, 0)!.ToFp32().Should().Equal(0, 10, 1, 11);
        model.Weight(OperatorRole.KeyProjection, 0)!.ToFp32().Should().Equal(2, 12, 3, 13);
        model.Weight(OperatorRole.ValueProjection, 0)!.ToFp32().Should().Equal(4, 14, 5, 15);
        model.Bias(OperatorRole.KeyProjection, 0)!.ToFp32().Should().Equal(2, 3);
        model.Bias(OperatorRole.ValueProjection, 0)!.ToFp32().Should().Equal(4, 5);
        model.Weight(OperatorRole.UpProjection, 0)!.Shape.ToArray().Should().Equal(3, 2);
        model.Weight(OperatorRole.UpProjection, 0)!.ToFp32().Should().Equal(0, 10, 1, 11, 2, 12);
        model.Weight(OperatorRole.DownProjection, 0)!.ToFp32().Should().Equal(0, 10, 20, 1, 11, 21);
        model.PositionEmbedding!.ToFp32().Should().Equal(0, 1, 10, 11, 20, 21);
        ReferenceEquals(model.Embedding, model.Head).Should().BeTrue();
    }

    [Fact]
    public void Sixteen_bit_patterns_survive_the_transposition()
    {
        byte[] bytes = [0x01, 0x00, 0x7F, 0xC0, 0x00, 0x80, 0xC1, 0x7F, 0x05, 0x00, 0x06, 0x00];
        TensorValue moved = MatrixLayout.TransposedColumns(TensorValue.FromBytes(NumericFormat.Bf16, bytes, 2, 3), 1, 2);
        moved.Bytes.ToArray().Should().Equal(0x7F, 0xC0, 0x05, 0x00, 0x00, 0x80, 0x06, 0x00);
        moved.Shape.ToArray().Should().Equal(2, 2);
    }

    [Fact]
    public void What_is_no_model_is_refused()
    {
        FluentActions.Invoking(() => DecoderModel.Load(Path.Combine(_folder.Path, "none"))).Should().Throw<FileNotFoundException>();
        FluentActions.Invoking(() => DecoderModel.Load(_folder.Path)).Should().Throw<FileNotFoundException>().WithMessage("*config.json*");
        FluentActions.Invoking(() => DecoderModel.Load(_folder.Write("m.gguf", "GGUF"))).Should().Throw<ModelFormatException>();
        FluentActions.Invoking(() => DecoderModel.Load(_folder.Write("m.bin", "PK\u0003\u0004........................................"))).Should().Throw<ModelFormatException>().WithMessage("*zip*");
        FluentActions.Invoking(() => DecoderModel.Load("")).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Only_model_format_exceptions_come_out_of_a_folder_with_damaged_weights()
    {
        WriteLlama(isTied: false);
        string path = Path.Combine(_folder.Path, "model.safetensors");
        byte[] valid = File.ReadAllBytes(path);
        Random random = new(13);
        (int read, int refused) = (0, 0);
        for (int round = 0; round < 400; round++)
        {
            File.WriteAllBytes(path, SafetensorsFuzzTests.Damage(valid, random));
            try
            {
                _ = DecoderModel.Load(_folder.Path).Sha256;
                read++;
            }
            catch (ModelFormatException)
            {
                refused++;
            }
        }

        read.Should().BeGreaterThan(10);
        refused.Should().BeGreaterThan(100);
    }

    private ModelFormatException Refusal() => FluentActions.Invoking(() => DecoderModel.Load(_folder.Path)).Should().Throw<ModelFormatException>().Which;

    private void WriteLlama(bool isTied, bool hasBias = false, string? drop = null, (string Name, int[] Shape)? add = null)
    {
        List<(string, int[])> tensors =
        [
            ("model.embed_tokens.weight", [5, 4]), ("model.layers.0.input_layernorm.weight", [4]), ("model.layers.0.self_attn.q_proj.weight", [4, 4]),
            ("model.layers.0.self_attn.k_proj.weight", [4, 4]), ("model.layers.0.self_attn.v_proj.weight", [4, 4]),
            ("model.layers.0.self_attn.o_proj.weight", [4, 4]), ("model.layers.0.post_attention_layernorm.weight", [4]),
            ("model.layers.0.mlp.gate_proj.weight", [3, 4]), ("model.layers.0.mlp.up_proj.weight", [3, 4]), ("model.layers.0.mlp.down_proj.weight", [4, 3]),
            ("model.norm.weight", [4]), ("lm_head.weight", [5, 4]),
        ];
        if (hasBias)
            foreach (char projection in "qkvo")
                tensors.Add(($"model.layers.0.self_attn.{projection}_proj.bias", [4]));
        tensors.RemoveAll(t => t.Item1 == drop);
        if (add is { } extra)
            tensors.Add(extra);
        _folder.Write("config.json", LlamaConfig.Replace("TIED", Lower(isTied), StringComparison.Ordinal).Replace("BIAS", Lower(hasBias), StringComparison.Ordinal));
        _folder.Write("model.safetensors", SafetensorsBytes.Of([.. tensors.Select((t, i) => (t.Item1, t.Item2, Numbered(t.Item2, i)))]));
    }

    private void WriteGpt2(string prefix)
    {
        (string, int[])[] tensors =
        [
            ("wte.weight", [4, 2]), ("wpe.weight", [3, 2]), ("h.0.ln_1.weight", [2]), ("h.0.ln_1.bias", [2]), ("h.0.attn.c_attn.weight", [2, 6]),
            ("h.0.attn.c_attn.bias", [6]), ("h.0.attn.bias", [1, 1, 3, 3]), ("h.0.attn.c_proj.weight", [2, 2]), ("h.0.attn.c_proj.bias", [2]),
            ("h.0.ln_2.weight", [2]), ("h.0.ln_2.bias", [2]), ("h.0.mlp.c_fc.weight", [2, 3]), ("h.0.mlp.c_fc.bias", [3]),
            ("h.0.mlp.c_proj.weight", [3, 2]), ("h.0.mlp.c_proj.bias", [2]), ("ln_f.weight", [2]), ("ln_f.bias", [2]),
        ];
        _folder.Write("config.json", Gpt2Config);
        _folder.Write("model.safetensors", SafetensorsBytes.Of([.. tensors.Select(t => (prefix + t.Item1, t.Item2, Numbered(t.Item2, 0)))]));
    }

    /// <summary>Element (row, column) is 10 row + column + 100 seed.</summary>
    private static float[] Numbered(int[] shape, int seed)
    {
        int columns = shape[^1];
        int rows = shape.Aggregate(1, (a, b) => a * b) / columns;
        return [.. Enumerable.Range(0, rows * columns).Select(i => (float)((10 * (i / columns)) + (i % columns) + (100 * seed)))];
    }

    private static string Lower(bool value) => value.ToString(CultureInfo.InvariantCulture).ToLowerInvariant();
}
