namespace PlanForensics.Models;

/// <summary>How a decoder learns where a token stands.</summary>
public enum PositionKind
{
    /// <summary>Rotary embedding of queries and keys in every layer (<c>rope</c>).</summary>
    Rope,

    /// <summary>A learned vector for each position, added to the token embedding (<c>learned</c>).</summary>
    Learned,
}
