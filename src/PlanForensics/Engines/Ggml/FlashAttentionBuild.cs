namespace PlanForensics.Engines.Ggml;

/// <summary>Builds of ggml's <c>flash_attn_ext</c> that differ in bits: by version, and by what the compiler made of one line, <c>S = S*ms + vs</c>.</summary>
public enum FlashAttentionBuild
{
    /// <summary>Current source, the running sum fused (gcc 12.2 -O3 -march=native).</summary>
    Fused,

    /// <summary>Current source, the running sum multiplied, then added (gcc 11.4: the release binaries of llama.cpp v0.5.0) (<c>unfused</c>).</summary>
    Unfused,

    /// <summary>Before tiles and chunks (February 2025), unfused (<c>old</c>).</summary>
    KeysOnly,
}
