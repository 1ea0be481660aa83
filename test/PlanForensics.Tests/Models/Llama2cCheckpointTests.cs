using System.Buffers.Binary;
using FluentAssertions;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Models;

public sealed class Llama2cCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Both_versions_of_one_checkpoint_are_the_same_model()
    {
        DecoderModel legacy = DecoderModel.Load(SharedData.PathOf("models", "stories260K", "checkpoint_legacy.bin"));
        DecoderModel version1 = DecoderModel.Load(SharedData.PathOf("models", "stories260K", "checkpoint_v1.bin"));
        legacy.Sha256.Should().Be(version1.Sha256);
        legacy.FileSha256.Should().NotBe(version1.FileSha256);
        legacy.Configuration.Should().Be(version1.Configuration);
        ModelConfiguration c = legacy.Configuration;
        (c.LayerCount, c.HiddenSize, c.HeadCount, c.KeyValueHeadCount, c.HeadDimension, c.FeedForwardSize, c.VocabularySize, c.ContextLength)
            .Should().Be((5, 64, 8, 4, 8, 172, 512, 512));
        (c.RopeStyle, c.HasTiedHead, c.NormEpsilon).Should().Be((RopeStyle.Interleaved, true, 1e-5));
    }

    [Fact]
    public void The_hugging_face_copy_is_the_checkpoint_with_query_and_key_rows_permuted()
    {
        DecoderModel meta = DecoderModel.Load(SharedData.PathOf("models", "stories260K", "checkpoint_v1.bin"));
        DecoderModel hugging = DecoderModel.Load(SharedData.PathOf("models", "stories260K-hf"));
        hugging.Configuration.RopeStyle.Should().Be(RopeStyle.RotateHalf);
        foreach ((DecoderTensorKey key, _) in DecoderTensors.Expected(meta.Configuration))
        {
            float[] expected = meta.Weight(key.Role, key.Layer)!.ToFp32();
            if (key.Role is OperatorRole.QueryProjection or OperatorRole.KeyProjection)
            {
                hugging.Weight(key.Role, key.Layer)!.ToFp32().Should().NotEqual(expected, "the control: without the permutation they differ");
                expected = ToRotateHalf(expected, 64, 8);
            }

            hugging.Weight(key.Role, key.Layer)!.ToFp32().Should().Equal(expected, key.ToString());
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_checkpoint_written_by_hand_is_read_back(bool isVersion1, bool isTied)
    {
        DecoderModel model = SyntheticModel.Create(Small with { HasTiedHead = isTied }, 9);
        DecoderModel read = DecoderModel.Load(_folder.Write("m.bin", Write(model, isVersion1)));
        read.Sha256.Should().Be(model.Sha256);
        read.Configuration.HasTiedHead.Should().Be(isTied);
        ReferenceEquals(read.Head, read.Embedding).Should().Be(isTied);
    }

    [Fact]
    public void The_quantised_version_is_refused_saying_so()
    {
        byte[] file = Write(SyntheticModel.Create(Small, 1), isVersion1: true);
        file[4] = 2;
        FluentActions.Invoking(() => DecoderModel.Load(_folder.Write("m.bin", file))).Should().Throw<ModelFormatException>()
            .Where(e => e.Field == "version" && e.Offset == 4 && e.Message.Contains("quantised", StringComparison.Ordinal));
        file[4] = 3;
        FluentActions.Invoking(() => DecoderModel.Load(_folder.Write("m.bin", file))).Should().Throw<ModelFormatException>().WithMessage("*3 is unknown*");
    }

    [Theory]
    [InlineData(0, "dim")]
    [InlineData(1, "hidden_dim")]
    [InlineData(2, "n_layers")]
    [InlineData(3, "n_heads")]
    [InlineData(4, "n_kv_heads")]
    [InlineData(5, "vocab_size")]
    [InlineData(6, "max_seq_len")]
    public void A_header_field_of_zero_is_refused_by_name(int field, string name)
    {
        byte[] file = Write(SyntheticModel.Create(Small, 1), isVersion1: false);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(field * 4), 0);
        FluentActions.Invoking(() => DecoderModel.Load(_folder.Write("m.bin", file))).Should().Throw<ModelFormatException>()
            .Where(e => e.Field == name && e.Offset == field * 4);
    }

    [Fact]
    public void Only_model_format_exceptions_come_out_of_damaged_checkpoints()
    {
        Random random = new(3);
        (int read, int refused) = (0, 0);
        foreach (bool isVersion1 in (ReadOnlySpan<bool>)[false, true])
        {
            byte[] valid = Write(SyntheticModel.Create(Small with { LayerCount = 1, VocabularySize = 3 }, 5), isVersion1);
            for (int round = 0; round < 500; round++)
            {
                byte[] damaged = SafetensorsFuzzTests.Damage(valid, random);
                if (round % 2 == 0 && damaged.Length > 40)
                    BinaryPrimitives.WriteInt32LittleEndian(damaged.AsSpan(4 * random.Next(9)), random.Next(4) switch { 0 => int.MinValue, 1 => int.MaxValue, 2 => -1, _ => random.Next(64) });
                try
                {
                    _ = DecoderModel.Load(_folder.Write("m.bin", damaged)).Sha256;
                    read++;
                }
                catch (ModelFormatException)
                {
                    refused++;
                }
            }
        }

        read.Should().BeGreaterThan(30);
        refused.Should().BeGreaterThan(300);
    }

    private static ModelConfiguration Small => TestConfigurations.Llama with { HeadDimension = 4, HeadCount = 3, KeyValueHeadCount = 1 };

    /// <summary>Row r of a rotate-half head of width d is row 2r of the interleaved head for r below d/2, then the odd rows.</summary>
    private static float[] ToRotateHalf(float[] rows, int width, int headDimension)
    {
        float[] result = new float[rows.Length];
        for (int row = 0; row < rows.Length / width; row++)
        {
            (int head, int i) = Math.DivRem(row, headDimension);
            int from = (head * headDimension) + (i < headDimension / 2 ? 2 * i : (2 * (i - (headDimension / 2))) + 1);
            rows.AsSpan(from * width, width).CopyTo(result.AsSpan(row * width));
        }

        return result;
    }

    private static byte[] Write(DecoderModel model, bool isVersion1)
    {
        ModelConfiguration c = model.Configuration;
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        if (isVersion1)
        {
            writer.Write(0x616B3432u);
            writer.Write(1);
        }

        foreach (int field in (ReadOnlySpan<int>)[c.HiddenSize, c.FeedForwardSize, c.LayerCount, c.HeadCount, c.KeyValueHeadCount,
            isVersion1 || c.HasTiedHead ? c.VocabularySize : -c.VocabularySize, c.ContextLength])
            writer.Write(field);
        if (isVersion1)
        {
            writer.Write((byte)(c.HasTiedHead ? 1 : 0));
            writer.Write(new byte[256 - (int)stream.Length]);
        }

        foreach (string part in (isVersion1 ? "1 2 f e q k v o g d u h" : "e 1 q k v o 2 g d u f r h").Split(' '))
        {
            if (part == "r")
                writer.Write(new byte[c.ContextLength * c.HeadDimension * sizeof(float)]);
            else if (part != "h" || !c.HasTiedHead)
                foreach (TensorValue tensor in Parts(model, part))
                    writer.Write(tensor.Bytes.Span);
        }

        return stream.ToArray();
    }

    private static IEnumerable<TensorValue> Parts(DecoderModel model, string part)
    {
        OperatorRole role = part switch
        {
            "e" => OperatorRole.Embedding,
            "1" => OperatorRole.AttentionNorm,
            "q" => OperatorRole.QueryProjection,
            "k" => OperatorRole.KeyProjection,
            "v" => OperatorRole.ValueProjection,
            "o" => OperatorRole.OutputProjection,
            "2" => OperatorRole.MlpNorm,
            "g" => OperatorRole.GateProjection,
            "u" => OperatorRole.UpProjection,
            "d" => OperatorRole.DownProjection,
            "f" => OperatorRole.FinalNorm,
            _ => OperatorRole.LmHead,
        };
        return model.Weight(role, -1) is { } whole ? [whole] : Enumerable.Range(0, model.Configuration.LayerCount).Select(l => model.Weight(role, l)!);
    }
}
