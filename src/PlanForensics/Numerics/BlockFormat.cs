namespace PlanForensics.Numerics;

/// <summary>A storage format of ggml that gives 32 successive weights of a row one binary16 scale. Canonical names are in <see cref="BlockFormats"/>.</summary>
public enum BlockFormat
{
    /// <summary>34 bytes: the scale d, then 32 signed bytes q. Weight i is <c>d * q[i]</c> (<c>q8_0</c>).</summary>
    Q8Type0,

    /// <summary>18 bytes: the scale d, then 16 bytes. Weight i &lt; 16 is <c>d * (low nibble of byte i - 8)</c>, weight i + 16 the same of the high nibble (<c>q4_0</c>).</summary>
    Q4Type0,
}
