namespace PlanForensics.Models;

/// <summary>The nonlinearity of the MLP.</summary>
public enum ActivationKind
{
    /// <summary>SwiGLU: silu(gate) x up, with silu(x) = x / (1 + exp(-x)); the MLP has a gate matrix (<c>silu_gate</c>).</summary>
    SiluGate,

    /// <summary>
    /// 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))); the MLP has no gate (<c>gelu_tanh</c>; <c>gelu_new</c> and <c>gelu_pytorch_tanh</c> in config.json).
    /// </summary>
    GeluTanh,
}
