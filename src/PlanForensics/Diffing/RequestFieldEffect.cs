namespace PlanForensics.Diffing;

/// <summary>What a part of the effective request can change.</summary>
public enum RequestFieldEffect
{
    /// <summary>The tokens that the model saw: everything after them.</summary>
    Tokens,

    /// <summary>How tokens are chosen from logits, and which path the request took.</summary>
    Decoding,

    /// <summary>Which keys and values came from a cache, computed by other steps under other plans.</summary>
    Cache,

    /// <summary>How the tokens came about. It can change an output only through the tokens.</summary>
    Provenance,
}
