using PlanForensics.Contracts;

namespace PlanForensics.Regimes.Cost;

/// <summary>Sizes of a key/value cache.</summary>
public static class KeyValueCache
{
    /// <summary>Bytes of the keys and values of one layer: <c>2 x sequences x tokens x heads x head dimension x bytes of an element</c>.</summary>
    /// <param name="sequences">B, sequences.</param>
    /// <param name="tokens">L, tokens of each.</param>
    /// <param name="keyValueHeads">H, key and value heads.</param>
    /// <param name="headDimension">D, elements of a head.</param>
    /// <param name="bytesPerElement">s, bytes of an element; 0.5 for four bits.</param>
    /// <param name="layers">Layers; default 1.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    public static double Bytes(long sequences, long tokens, int keyValueHeads, int headDimension, double bytesPerElement, int layers = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sequences);
        return Bytes((double)sequences * tokens, keyValueHeads, headDimension, bytesPerElement, layers);
    }

    /// <summary>The same for sequences of different lengths.</summary>
    /// <param name="contextTokens">Tokens of all sequences together.</param>
    /// <param name="keyValueHeads">Key and value heads.</param>
    /// <param name="headDimension">Elements of a head.</param>
    /// <param name="bytesPerElement">Bytes of an element.</param>
    /// <param name="layers">Layers; default 1.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    public static double Bytes(double contextTokens, int keyValueHeads, int headDimension, double bytesPerElement, int layers = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(contextTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(keyValueHeads);
        ArgumentOutOfRangeException.ThrowIfNegative(headDimension);
        ArgumentOutOfRangeException.ThrowIfNegative(bytesPerElement);
        ArgumentOutOfRangeException.ThrowIfNegative(layers);
        return 2 * contextTokens * keyValueHeads * headDimension * bytesPerElement * layers;
    }

    /// <summary>What one rank's layer reads in a step: the contexts of all requests of the batch.</summary>
    /// <param name="step">The step.</param>
    /// <param name="bytesPerElement">Bytes of an element of the cache.</param>
    /// <param name="layers">Layers; default 1.</param>
    /// <returns>The bytes; null where not every request of the batch was recorded, or the shape of the heads or the number of ranks was not.</returns>
    public static double? BytesOf(EngineStep step, double bytesPerElement, int layers = 1)
    {
        StepShape shape = step.Profiles[0].Shape;
        return shape is { KeyValueHeads: { } heads, HeadDimension: { } dimension, TensorParallel: { } ranks } && StepQuantities.Of(step) is { } quantities
            ? Bytes(quantities.ContextTokens, Math.Max(1, heads / ranks), dimension, bytesPerElement, layers)
            : null;
    }
}
