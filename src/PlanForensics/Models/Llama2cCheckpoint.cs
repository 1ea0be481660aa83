using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Models;

/// <summary>Reads llama2.c checkpoints: fp32 tensors without names, in the order of their version.</summary>
/// <remarks>
/// Each entry of an order holds all layers, one after another. The legacy format has RoPE tables before its head, which are skipped: tables are
/// a plan's business. RoPE is interleaved, RMSNorm's epsilon 1e-5, theta 10000, none of which the file says.
/// Source: karpathy/llama2.c, <c>export.py</c> (legacy_export, version1_export) and <c>run.c</c>.
/// </remarks>
internal static class Llama2cCheckpoint
{
    private static readonly OperatorRole[] LegacyOrder =
    [
        OperatorRole.Embedding, OperatorRole.AttentionNorm, OperatorRole.QueryProjection, OperatorRole.KeyProjection, OperatorRole.ValueProjection,
        OperatorRole.OutputProjection, OperatorRole.MlpNorm, OperatorRole.GateProjection, OperatorRole.DownProjection, OperatorRole.UpProjection,
        OperatorRole.FinalNorm, OperatorRole.Rope, OperatorRole.LmHead,
    ];

    private static readonly OperatorRole[] Version1Order =
    [
        OperatorRole.AttentionNorm, OperatorRole.MlpNorm, OperatorRole.FinalNorm, OperatorRole.Embedding, OperatorRole.QueryProjection,
        OperatorRole.KeyProjection, OperatorRole.ValueProjection, OperatorRole.OutputProjection, OperatorRole.GateProjection,
        OperatorRole.DownProjection, OperatorRole.UpProjection, OperatorRole.LmHead,
    ];

    public static DecoderModel Load(string path)
    {
        using MappedFile file = MappedFile.Open(path);
        if (file.Length >= 4 && file.Span(0, 4).SequenceEqual("PK\u0003\u0004"u8))
            throw new ModelFormatException(path, "header", "this is a zip archive (a PyTorch pickle?); convert it to safetensors", 0);
        Llama2cHeader header = Llama2cHeader.Parse(file);
        List<KeyValuePair<DecoderTensorKey, IReadOnlyList<int>>> layout = LayoutOf(header);
        CheckLength(file, header, layout);
        Dictionary<DecoderTensorKey, TensorValue> tensors = [];
        long offset = header.LengthBytes;
        foreach ((DecoderTensorKey key, IReadOnlyList<int> shape) in layout)
        {
            long bytes = BytesOf(shape);
            if (bytes > Array.MaxLength)
                throw new ModelFormatException(path, key.ToString(), $"{bytes} bytes are more than one array can hold", offset);
            if (key.Role != OperatorRole.Rope)
                tensors.Add(key, TensorValue.FromBytes(NumericFormat.Fp32, file.Span(offset, (int)bytes), [.. shape]));
            offset += bytes;
        }

        return new DecoderModel(header.Configuration, tensors, [new ModelFile(path, file.Length, file.ComputeSha256())]);
    }

    private static List<KeyValuePair<DecoderTensorKey, IReadOnlyList<int>>> LayoutOf(Llama2cHeader header)
    {
        ModelConfiguration c = header.Configuration;
        ILookup<OperatorRole, KeyValuePair<DecoderTensorKey, IReadOnlyList<int>>> byRole = DecoderTensors.Expected(c).ToLookup(t => t.Key.Role);
        List<KeyValuePair<DecoderTensorKey, IReadOnlyList<int>>> layout = [];
        foreach (OperatorRole role in header.IsLegacy ? LegacyOrder : Version1Order)
        {
            if (role == OperatorRole.Rope)
                layout.Add(new(new DecoderTensorKey(role, -1), [2, c.ContextLength, c.HeadDimension / 2]));
            else if (role != OperatorRole.LmHead || !c.HasTiedHead)
                layout.AddRange(byRole[role]);
        }

        return layout;
    }

    private static void CheckLength(MappedFile file, Llama2cHeader header, List<KeyValuePair<DecoderTensorKey, IReadOnlyList<int>>> layout)
    {
        UInt128 expected = (uint)header.LengthBytes;
        foreach ((_, IReadOnlyList<int> shape) in layout)
            expected += (UInt128)BytesOf(shape);
        if (expected != (UInt128)file.Length)
            throw new ModelFormatException(file.Path, "header", $"describes a checkpoint of {expected} bytes, but the file has {file.Length}", 0);
    }

    private static long BytesOf(IReadOnlyList<int> shape) => shape.Aggregate((long)sizeof(float), (bytes, dimension) => checked(bytes * dimension));
}
