namespace PlanForensics.Models;

/// <summary>Which elements of a head RoPE rotates together; weights are stored for one style or the other.</summary>
public enum RopeStyle
{
    /// <summary>Element i with element i + head_dim/2, as Hugging Face stores Llama (<c>rotate_half</c>).</summary>
    RotateHalf,

    /// <summary>Element 2i with element 2i + 1, as Meta and llama2.c store Llama (<c>interleaved</c>).</summary>
    Interleaved,
}
