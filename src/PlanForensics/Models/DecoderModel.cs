using System.Security.Cryptography;
using System.Text;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Models;

/// <summary>A decoder ready to run: its configuration and its weights, normalised to one layout whatever file they came from.</summary>
/// <remarks>
/// Matrices are row-major (N outputs, K inputs) in the format in which they are stored; the elements are bit-exact copies.
/// An instance is immutable and holds its own memory: a file that changes after loading changes nothing here.
/// </remarks>
public sealed class DecoderModel
{
    private const string InMemory = "(in memory)";
    private readonly Dictionary<DecoderTensorKey, TensorValue> _tensors;
    private readonly Lazy<string> _sha256;

    /// <summary>Makes a model of tensors at hand.</summary>
    /// <param name="configuration">The decoder.</param>
    /// <param name="tensors">
    /// Exactly the tensors that <see cref="DecoderTensors.Expected"/> lists. With a tied head either of embedding and lm_head may be absent.
    /// </param>
    /// <param name="files">The weight files that the tensors came from; none for tensors made in memory.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ModelFormatException">
    /// The configuration contradicts itself; a tensor is missing, extra or mis-shaped, or is not fp32, fp16 or bf16; or the head is
    /// said to be tied and its bits differ from the embedding's.
    /// </exception>
    public DecoderModel(
        ModelConfiguration configuration, IReadOnlyDictionary<DecoderTensorKey, TensorValue> tensors, params IReadOnlyList<ModelFile> files)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(files);
        Configuration = configuration;
        Files = files;
        if (configuration.Validate() is { } problem)
            throw new ModelFormatException(Source, "configuration", problem);
        _tensors = new Dictionary<DecoderTensorKey, TensorValue>(tensors);
        if (configuration.HasTiedHead)
            Tie();
        CheckTensors();
        _sha256 = new Lazy<string>(ComputeSha256);
    }

    /// <summary>The decoder's shape and arithmetic.</summary>
    public ModelConfiguration Configuration { get; }

    /// <summary>The weight files that the model was loaded from, with their hashes; empty for a model made in memory.</summary>
    public IReadOnlyList<ModelFile> Files { get; }

    /// <summary>The format of the embedding, which in most files is that of all matrices; each tensor carries its own.</summary>
    public NumericFormat Format => Embedding.Format;

    /// <summary>Token vectors (vocabulary, hidden).</summary>
    public TensorValue Embedding => Get(OperatorRole.Embedding);

    /// <summary>Learned position vectors (context, hidden); null for RoPE.</summary>
    public TensorValue? PositionEmbedding => Weight(OperatorRole.PositionAdd, -1);

    /// <summary>The output matrix (vocabulary, hidden); the very object <see cref="Embedding"/> when the head is tied.</summary>
    public TensorValue Head => Get(OperatorRole.LmHead);

    /// <summary>SHA-256 of the weights, in 64 lower-case hex digits: equal for equal weights whatever file they came from.</summary>
    /// <remarks>
    /// Over the tensors in ordinal order of their names, each as the UTF-8 line <c>NAME FORMAT D0xD1\n</c> (for example
    /// <c>layer 2 down_proj weight bf16 64x172</c>) followed by its bytes, little-endian and row-major as normalised. A tied head is left out.
    /// The configuration is no part of it. <i>Bitwise: identical on every machine.</i>
    /// </remarks>
    public string Sha256 => _sha256.Value;

    /// <summary>SHA-256 of the single weight file, as contracts quote it; null for a sharded model or one made in memory.</summary>
    public string? FileSha256 => Files.Count == 1 ? Files[0].Sha256 : null;

    private string Source => Files.Count == 0 ? InMemory : Files[0].Path;

    /// <summary>Loads a model.</summary>
    /// <param name="path">
    /// A folder with <c>config.json</c> and <c>model.safetensors</c> or <c>model.safetensors.index.json</c>; a safetensors file with <c>config.json</c>
    /// beside it; or a llama2.c checkpoint (<c>*.bin</c>).
    /// </param>
    /// <returns>The model; nothing stays open.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="IOException">A file is missing or cannot be opened.</exception>
    /// <exception cref="ModelFormatException">A file is damaged, or holds what this library does not run.</exception>
    public static DecoderModel Load(string path) => DecoderModelLoader.Load(path);

    /// <summary>The weight that an operator reads.</summary>
    /// <param name="role">The operator's role.</param>
    /// <param name="layer">Its 0-based layer; -1 for an operator of the whole model.</param>
    /// <returns>A matrix (N, K) or a norm's vector; null where this decoder has none such. <i>Bitwise: identical on every machine.</i></returns>
    public TensorValue? Weight(OperatorRole role, int layer) => _tensors.GetValueOrDefault(new DecoderTensorKey(role, layer));

    /// <summary>The bias that an operator reads.</summary>
    /// <param name="role">The operator's role.</param>
    /// <param name="layer">Its 0-based layer; -1 for an operator of the whole model.</param>
    /// <returns>A vector of N elements; null where this decoder has none such.</returns>
    public TensorValue? Bias(OperatorRole role, int layer) => _tensors.GetValueOrDefault(new DecoderTensorKey(role, layer, IsBias: true));

    private TensorValue Get(OperatorRole role) => _tensors[new DecoderTensorKey(role, -1)];

    private void Tie()
    {
        DecoderTensorKey embedding = new(OperatorRole.Embedding, -1);
        DecoderTensorKey head = new(OperatorRole.LmHead, -1);
        if (_tensors.TryGetValue(embedding, out TensorValue? vectors) && _tensors.TryGetValue(head, out TensorValue? stored) &&
            (vectors.Format != stored.Format || !vectors.Bytes.Span.SequenceEqual(stored.Bytes.Span)))
            throw new ModelFormatException(Source, head.ToString(), "is said to be tied to the embedding, but both are stored and their bits differ");
        if ((vectors ?? _tensors.GetValueOrDefault(head)) is { } shared)
            (_tensors[embedding], _tensors[head]) = (shared, shared);
    }

    private void CheckTensors()
    {
        HashSet<DecoderTensorKey> rest = [.. _tensors.Keys];
        foreach ((DecoderTensorKey key, IReadOnlyList<int> shape) in DecoderTensors.Expected(Configuration))
        {
            string expected = string.Join(", ", shape);
            if (!rest.Remove(key))
                throw new ModelFormatException(Source, key.ToString(), $"is missing; expected shape [{expected}]");
            TensorValue tensor = _tensors[key];
            if (!ShapeOf(tensor).AsSpan().SequenceEqual([.. shape]))
                throw new ModelFormatException(Source, key.ToString(), $"has shape [{string.Join(", ", ShapeOf(tensor))}], expected [{expected}]");
            if (tensor.Format is not (NumericFormat.Fp32 or NumericFormat.Fp16 or NumericFormat.Bf16))
                throw new ModelFormatException(Source, key.ToString(), $"is {NumericFormats.NameOf(tensor.Format)}; weights are fp32, fp16 or bf16");
        }

        foreach (DecoderTensorKey key in rest)
            throw new ModelFormatException(Source, key.ToString(), $"[{string.Join(", ", ShapeOf(_tensors[key]))}] belongs to no operator of this decoder");
    }

    private string ComputeSha256()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        DecoderTensorKey head = new(OperatorRole.LmHead, -1);
        foreach ((DecoderTensorKey key, TensorValue tensor) in _tensors.OrderBy(t => t.Key.ToString(), StringComparer.Ordinal))
        {
            if (key == head && Configuration.HasTiedHead)
                continue;
            hash.AppendData(Encoding.UTF8.GetBytes($"{key} {NumericFormats.NameOf(tensor.Format)} {string.Join('x', ShapeOf(tensor))}\n"));
            hash.AppendData(tensor.Bytes.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static int[] ShapeOf(TensorValue tensor) => [.. tensor.Shape];
}
