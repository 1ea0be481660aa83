using PlanForensics.Kernels;
using PlanForensics.Models;

namespace PlanForensics.Replay;

/// <summary>One request's state between steps: the keys and values of every layer.</summary>
public sealed class ReplaySequence
{
    private readonly KeyValueCache[] _layers;
    private readonly (int Count, UInt128 Hash)[] _contents;

    /// <summary>Starts an empty sequence.</summary>
    /// <param name="configuration">The decoder's configuration.</param>
    public ReplaySequence(ModelConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _layers = new KeyValueCache[configuration.LayerCount];
        _contents = new (int, UInt128)[configuration.LayerCount];
        for (int layer = 0; layer < _layers.Length; layer++)
            _layers[layer] = new KeyValueCache(configuration.KeyValueHeadCount, configuration.HeadDimension);
    }

    private ReplaySequence(ReplaySequence source)
    {
        _layers = [.. source._layers.Select(layer => layer.Clone())];
        _contents = [.. source._contents];
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

    /// <summary>Hash of everything appended to a layer so far. Positions appended while nobody asked are caught up with, so that a memo may come and go between steps.</summary>
    internal UInt128 ContentHash(int layer)
    {
        KeyValueCache cache = _layers[layer];
        ref (int Count, UInt128 Hash) content = ref _contents[layer];
        float[] position = new float[2 * cache.Heads * cache.HeadDimension];
        for (; content.Count < cache.Count; content.Count++)
        {
            int at = 0;
            for (int head = 0; head < cache.Heads; head++)
            {
                for (int d = 0; d < cache.HeadDimension; d++)
                {
                    position[at++] = cache.Keys(head)[(d * cache.Capacity) + content.Count];
                    position[at++] = cache.Values(head)[(content.Count * cache.HeadDimension) + d];
                }
            }

            content.Hash = OperatorMemo.Combine(content.Hash, OperatorMemo.HashOf(position), (UInt128)content.Count);
        }

        return content.Hash;
    }

    internal void Advance(int tokens) => Position += tokens;
}
