using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Replay.Sharing;

namespace PlanForensics.Replay;

/// <summary>One request's state between steps: the keys and values of every layer.</summary>
public sealed class ReplaySequence
{
    private readonly SequenceLayer[] _layers;

    /// <summary>Starts an empty sequence.</summary>
    /// <param name="configuration">The decoder's configuration.</param>
    public ReplaySequence(ModelConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _layers = new SequenceLayer[configuration.LayerCount];
        for (int layer = 0; layer < _layers.Length; layer++)
            _layers[layer] = new SequenceLayer(configuration.KeyValueHeadCount, configuration.HeadDimension);
    }

    private ReplaySequence(ReplaySequence source)
    {
        _layers = [.. source._layers.Select(layer => layer.Clone())];
        Position = source.Position;
    }

    /// <summary>Tokens processed so far: the next token's 0-based position.</summary>
    public int Position { get; private set; }

    /// <summary>Keys and values of one layer.</summary>
    /// <param name="layer">0-based layer.</param>
    /// <returns>The cache.</returns>
    public KeyValueCache Layer(int layer) => _layers[layer].Cache;

    /// <summary>An independent copy, from which another plan can go on.</summary>
    /// <returns>The copy.</returns>
    public ReplaySequence Clone() => new(this);

    /// <summary>The layer as a memo sees it.</summary>
    internal SequenceLayer Shared(int layer) => _layers[layer];

    internal void Advance(int tokens) => Position += tokens;
}
