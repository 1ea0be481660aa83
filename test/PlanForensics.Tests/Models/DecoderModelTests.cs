using FluentAssertions;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Models;

public sealed class DecoderModelTests
{
    private static readonly DecoderTensorKey Embedding = new(OperatorRole.Embedding, -1);
    private static readonly DecoderTensorKey Head = new(OperatorRole.LmHead, -1);

    [Fact]
    public void A_model_is_made_of_exactly_its_tensors()
    {
        DecoderModel model = new(TestConfigurations.Gpt2 with { HasTiedHead = false }, Zeros(TestConfigurations.Gpt2));
        model.Weight(OperatorRole.DownProjection, 1)!.Shape.ToArray().Should().Equal(12, 20);
        model.PositionEmbedding!.Shape.ToArray().Should().Equal(16, 12);
        model.Weight(OperatorRole.DownProjection, 2).Should().BeNull();
        model.Bias(OperatorRole.LmHead, -1).Should().BeNull();
        ReferenceEquals(model.Embedding, model.Head).Should().BeFalse();
    }

    [Fact]
    public void A_missing_tensor_is_named_with_its_shape()
    {
        Dictionary<DecoderTensorKey, TensorValue> tensors = Zeros(TestConfigurations.Llama);
        tensors.Remove(new DecoderTensorKey(OperatorRole.DownProjection, 1));
        Refusal(TestConfigurations.Llama, tensors).Should().Be("(in memory): layer 1 down_proj weight: is missing; expected shape [12, 20]");
    }

    [Fact]
    public void A_mis_shaped_tensor_is_named_with_both_shapes()
    {
        Dictionary<DecoderTensorKey, TensorValue> tensors = Zeros(TestConfigurations.Llama);
        tensors[new DecoderTensorKey(OperatorRole.DownProjection, 1)] = TensorValue.FromFp32(new float[240], 20, 12);
        Refusal(TestConfigurations.Llama, tensors).Should().Be("(in memory): layer 1 down_proj weight: has shape [20, 12], expected [12, 20]");
    }

    [Fact]
    public void An_extra_tensor_and_a_strange_format_are_refused()
    {
        Dictionary<DecoderTensorKey, TensorValue> tensors = Zeros(TestConfigurations.Llama);
        tensors[new DecoderTensorKey(OperatorRole.QueryProjection, 0, IsBias: true)] = TensorValue.FromFp32(new float[24], 24);
        Refusal(TestConfigurations.Llama, tensors).Should().Contain("layer 0 q_proj bias").And.Contain("[24]");
        tensors = Zeros(TestConfigurations.Llama);
        tensors[new DecoderTensorKey(OperatorRole.FinalNorm, -1)] = TensorValue.FromBytes(NumericFormat.Int32, new byte[48], 12);
        Refusal(TestConfigurations.Llama, tensors).Should().Contain("final_norm weight").And.Contain("int32");
        FluentActions.Invoking(() => new DecoderModel(TestConfigurations.Llama with { KeyValueHeadCount = 3 }, tensors))
            .Should().Throw<ModelFormatException>().Where(e => e.Field == "configuration");
    }

    [Fact]
    public void A_tied_head_and_the_embedding_stand_in_for_each_other()
    {
        ModelConfiguration tied = TestConfigurations.Llama with { HasTiedHead = true };
        foreach (DecoderTensorKey absent in (ReadOnlySpan<DecoderTensorKey>)[Embedding, Head])
        {
            Dictionary<DecoderTensorKey, TensorValue> tensors = Zeros(tied);
            tensors.Remove(absent);
            DecoderModel model = new(tied, tensors);
            ReferenceEquals(model.Embedding, model.Head).Should().BeTrue();
            Refusal(TestConfigurations.Llama, tensors).Should().Contain($"{absent}: is missing", "an untied model needs both");
        }
    }

    [Fact]
    public void A_tied_head_with_other_bits_is_refused_and_one_with_equal_bits_is_not()
    {
        ModelConfiguration tied = TestConfigurations.Llama with { HasTiedHead = true };
        Dictionary<DecoderTensorKey, TensorValue> tensors = Zeros(tied);
        ReferenceEquals(tensors[Embedding], tensors[Head]).Should().BeFalse();
        _ = new DecoderModel(tied, tensors);
        float[] negativeZero = new float[33 * 12];
        negativeZero[5] = -0f;
        tensors[Head] = TensorValue.FromFp32(negativeZero, 33, 12);
        Refusal(tied, tensors).Should().Contain("bits differ");
    }

    [Fact]
    public void The_hash_sees_every_bit_every_shape_and_every_format_and_nothing_else()
    {
        string baseline = new DecoderModel(TestConfigurations.Llama, Zeros(TestConfigurations.Llama)).Sha256;
        new DecoderModel(TestConfigurations.Llama with { NormEpsilon = 0.5 }, Zeros(TestConfigurations.Llama)).Sha256.Should().Be(baseline);
        Dictionary<DecoderTensorKey, TensorValue> tensors = Zeros(TestConfigurations.Llama);
        float[] norm = new float[12];
        norm[11] = float.Epsilon;
        tensors[new DecoderTensorKey(OperatorRole.FinalNorm, -1)] = TensorValue.FromFp32(norm, 12);
        new DecoderModel(TestConfigurations.Llama, tensors).Sha256.Should().NotBe(baseline);
        tensors[new DecoderTensorKey(OperatorRole.FinalNorm, -1)] = TensorValue.FromBytes(NumericFormat.Bf16, new byte[24], 12);
        new DecoderModel(TestConfigurations.Llama, tensors).Sha256.Should().NotBe(baseline);
    }

    [Fact]
    public void The_hash_is_the_documented_one()
    {
        ModelConfiguration c = TestConfigurations.Llama with { LayerCount = 1, HasTiedHead = true };
        DecoderModel model = SyntheticModel.Create(c, 4, NumericFormat.Bf16);
        using MemoryStream stream = new();
        foreach ((string line, TensorValue tensor) in DecoderTensors.Expected(c).Where(t => t.Key != Head)
            .Select(t => ($"{t.Key} bf16 {string.Join('x', t.Value)}\n", model.Weight(t.Key.Role, t.Key.Layer)!)).OrderBy(t => t.Item1, StringComparer.Ordinal))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(line));
            stream.Write(tensor.Bytes.Span);
        }

        model.Sha256.Should().Be(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(stream.ToArray())));
    }

    [Fact]
    public void A_model_of_min_gpt_is_made_through_the_public_constructor()
    {
        DecoderModel model = GptNanoSort.Load();
        (model.Configuration.LayerCount, model.Configuration.HiddenSize, model.Configuration.HeadDimension).Should().Be((3, 48, 16));
        model.Weight(OperatorRole.KeyProjection, 2)!.Shape.ToArray().Should().Equal(48, 48);
        model.Bias(OperatorRole.UpProjection, 0)!.ElementCount.Should().Be(192);
        model.Head.ElementCount.Should().Be(3 * 48);
    }

    private static Dictionary<DecoderTensorKey, TensorValue> Zeros(ModelConfiguration configuration) => DecoderTensors.Expected(configuration)
        .ToDictionary(t => t.Key, t => TensorValue.FromFp32(new float[t.Value.Aggregate(1, (a, b) => a * b)], [.. t.Value]));

    private static string Refusal(ModelConfiguration configuration, Dictionary<DecoderTensorKey, TensorValue> tensors) =>
        FluentActions.Invoking(() => new DecoderModel(configuration, tensors)).Should().Throw<ModelFormatException>().Which.Message;
}
