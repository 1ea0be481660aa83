using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Replay.Sharing;

namespace PlanForensics.Replay;

/// <summary>One request's state between steps: the keys and values of every layer.</summary>
public sealed class ReplaySequence
{
    private static readonly object Contents = new();

    private readonly KeyValueCache[] _layers;
    private readonly (int Count, long Number)[] _contents;
    private OperatorMemo? _memo;

    /// <summary>Starts an empty sequence.</summary>
    /// <param name="configuration">The decoder's configuration.</param>
    public ReplaySequence(ModelConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _layers = new KeyValueCache[configuration.LayerCount];
        _contents = new (int, long)[configuration.LayerCount];
        for (int layer = 0; layer < _layers.Length; layer++)
            _layers[layer] = new KeyValueCache(configuration.KeyValueHeadCount, configuration.HeadDimension);
    }

    private ReplaySequence(ReplaySequence source)
    {
        _layers = [.. source._layers.Select(layer => layer.Clone())];
        _contents = [.. source._contents];
        _memo = source._memo;
        Position = source.Position;
    }

    /// <summary>Tokens processed so far: the next token's 0-based position.</summary>
    public int Position { get; private set; }

    /// <summary>Keys and values of one layer.</summary>
    /// <param name="layer">0-based layer.</param>
    /// <returns>The cache.</returns>
    public KeyValueCache Layer(int layer) => _layers[layer];

    /// <summary>An independent copy, from which another plan can go on.</summary>
    /// <returns>The copy.</returns>
    public ReplaySequence Clone() => new(this);

    /// <summary>
    /// Appends a position to a layer and gives the number by which a memo knows everything appended so far. Positions that were appended under no memo, or under another one, are caught up
    /// with, so that a memo may come and go between steps.
    /// </summary>
    internal long Append(OperatorMemo memo, int layer, SharedRow key, SharedRow value)
    {
        if (!ReferenceEquals(_memo, memo))
        {
            Array.Clear(_contents);
            _memo = memo;
        }

        KeyValueCache cache = _layers[layer];
        ref (int Count, long Number) content = ref _contents[layer];
        while (content.Count < cache.Count)
        {
            (float[] keys, float[] values) = cache.At(content.Count);
            content = (content.Count + 1, NumberOf(memo, content.Number, memo.RowOf(keys), memo.RowOf(values)));
        }

        cache.Append(key.Values, value.Values);
        content = (content.Count + 1, NumberOf(memo, content.Number, key, value));
        return content.Number;
    }

    private static long NumberOf(OperatorMemo memo, long before, SharedRow key, SharedRow value) => memo.NumberOf(new SharedKey(Contents, 0, before, key.Id, value.Id));

    internal void Advance(int tokens) => Position += tokens;
}
