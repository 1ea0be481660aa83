namespace PlanForensics.Models;

/// <summary>Which normalisation a decoder uses before attention, before the MLP and after the last layer.</summary>
public enum NormKind
{
    /// <summary>RMSNorm: divide by the root of the mean square plus epsilon, times a weight (<c>rms</c>).</summary>
    Rms,

    /// <summary>LayerNorm: subtract the mean, divide by the root of the variance plus epsilon, times a weight, plus a bias (<c>layer</c>).</summary>
    Layer,
}
