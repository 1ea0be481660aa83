using System.Buffers.Binary;

namespace PlanForensics.Models;

/// <summary>The header of a llama2.c checkpoint: seven int32, in version 1 behind a magic number and a version.</summary>
/// <remarks>Source: karpathy/llama2.c, <c>export.py</c> (legacy_export, version1_export) and <c>run.c</c>.</remarks>
internal sealed class Llama2cHeader
{
    private const uint Magic = 0x616B3432;
    private const int LegacyBytes = 7 * sizeof(int);
    private const int Version1Bytes = 256;
    private static readonly string[] FieldNames = ["dim", "hidden_dim", "n_layers", "n_heads", "n_kv_heads", "vocab_size", "max_seq_len"];

    private Llama2cHeader(bool isLegacy, ModelConfiguration configuration)
    {
        IsLegacy = isLegacy;
        Configuration = configuration;
    }

    public bool IsLegacy { get; }

    public int LengthBytes => IsLegacy ? LegacyBytes : Version1Bytes;

    public ModelConfiguration Configuration { get; }

    public static Llama2cHeader Parse(MappedFile file)
    {
        if (file.Length < LegacyBytes)
            throw new ModelFormatException(file.Path, "header", $"the file has {file.Length} bytes, a llama2.c header takes {LegacyBytes}", 0);
        if (BinaryPrimitives.ReadUInt32LittleEndian(file.Span(0, 4)) != Magic)
            return Legacy(file);
        if (file.Length < Version1Bytes)
            throw new ModelFormatException(file.Path, "header", $"the file has {file.Length} bytes, a version 1 header takes {Version1Bytes}", 0);
        int version = BinaryPrimitives.ReadInt32LittleEndian(file.Span(4, 4));
        if (version != 1)
        {
            string problem = version == 2
                ? "2 is quantised (Q8_0), which is not supported; export version 0 or 1"
                : $"{version} is unknown; 0 (legacy) and 1 are read";
            throw new ModelFormatException(file.Path, "version", problem, 4);
        }

        const int SharedAt = 8 + LegacyBytes;
        byte shared = file.Span(SharedAt, 1)[0];
        if (shared > 1)
            throw new ModelFormatException(file.Path, "shared_classifier", $"is {shared}, expected 0 or 1", SharedAt);
        return new Llama2cHeader(false, Configure(file, 8, file.Span(8, LegacyBytes), shared == 1));
    }

    /// <summary>The legacy header says with a negative vocabulary size that the head is not tied.</summary>
    private static Llama2cHeader Legacy(MappedFile file)
    {
        const int VocabularyAt = 5 * sizeof(int);
        byte[] header = file.Span(0, LegacyBytes).ToArray();
        int vocabulary = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(VocabularyAt));
        if (vocabulary is < 0 and > int.MinValue)
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(VocabularyAt), -vocabulary);
        return new Llama2cHeader(true, Configure(file, 0, header, vocabulary > 0));
    }

    private static ModelConfiguration Configure(MappedFile file, int offset, ReadOnlySpan<byte> header, bool isTied)
    {
        int[] values = new int[FieldNames.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadInt32LittleEndian(header[(i * sizeof(int))..]);
            if (values[i] < 1)
            {
                string problem = $"is {values[i]}, expected at least 1; is this a llama2.c checkpoint?";
                throw new ModelFormatException(file.Path, FieldNames[i], problem, offset + (i * sizeof(int)));
            }
        }

        if (values[0] % values[3] != 0)
            throw new ModelFormatException(file.Path, "dim", $"{values[0]} is not a multiple of n_heads {values[3]}; is this a llama2.c checkpoint?", offset);
        try
        {
            ModelConfiguration configuration = new()
            {
                Architecture = "llama2.c",
                HiddenSize = values[0],
                FeedForwardSize = values[1],
                LayerCount = values[2],
                HeadCount = values[3],
                KeyValueHeadCount = values[4],
                HeadDimension = values[0] / values[3],
                VocabularySize = values[5],
                ContextLength = values[6],
                Norm = NormKind.Rms,
                NormEpsilon = 1e-5,
                Activation = ActivationKind.SiluGate,
                Position = PositionKind.Rope,
                RopeStyle = RopeStyle.Interleaved,
                HasTiedHead = isTied,
                BeginTokenId = 1,
                EndTokenIds = new TokenIds(2),
            };
            return configuration.Validate() is { } problem ? throw new ModelFormatException(file.Path, "header", problem, offset) : configuration;
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new ModelFormatException(file.Path, "header", $"{exception.Message}; is this a llama2.c checkpoint?", offset, exception);
        }
    }
}
