using PlanForensics.Kernels;
using PlanForensics.Models;

namespace PlanForensics.Replay;

/// <summary>One request's state between steps: the keys and values of every layer.</summary>
public sealed class ReplaySequence
{
    private readonly KeyValueCache[] _layers;

    /// <summary>Starts an empty sequence.</summary>
    /// <param name="configuration">The decoder's configuration.</param>
    public ReplaySequence(ModelConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _layers = new KeyValueCache[configuration.LayerCount];
        ContentHashes = new UInt128[configuration.LayerCount];
        for (int layer = 0; layer < _layers.Length; layer++)
            _layers[layer] = new KeyValueCache(configuration.KeyValueHeadCount, configuration.HeadDimension);
    }

    private ReplaySequence(ReplaySequence source)
    {
        _layers = [.. source._layers.Select(layer => layer.Clone())];
        ContentHashes = (UInt128[])source.ContentHashes.Clone();
        Position = source.Position;
    }

    /// <summary>Tokens processed so far: the next token's 0-based position.</summary>
    public int Position { get; private set; }

    /// <summary>Running hash of everything appended to each layer, kept while a memo is in use.</summary>
    internal UInt128[] ContentHashes { get; }

    /// <summary>Keys and values of one layer.</summary>
    /// <param name="layer">0-based layer.</param>
    /// <returns>The cache.</returns>
    public KeyValueCache Layer(int layer) => _layers[layer];

    /// <summary>An independent copy, from which another plan can go on.</summary>
    /// <returns>The copy.</returns>
    public ReplaySequence Clone() => new(this);

    internal void Advance(int tokens) => Position += tokens;
}
