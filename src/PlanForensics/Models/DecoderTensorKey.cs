using PlanForensics.Plans;

namespace PlanForensics.Models;

/// <summary>Which weight or bias of a decoder: its operator, its layer, and which of the two.</summary>
/// <param name="Role">The operator that reads the tensor.</param>
/// <param name="Layer">The 0-based layer; -1 for a tensor of the whole model (embedding, positions, final norm, head).</param>
/// <param name="IsBias">Whether this is the bias; default false, the weight.</param>
public readonly record struct DecoderTensorKey(OperatorRole Role, int Layer, bool IsBias = false)
{
    /// <summary>The key in words.</summary>
    /// <returns>For example <c>layer 2 down_proj weight</c> or <c>lm_head weight</c>.</returns>
    public override string ToString() => $"{DecoderOperator.NameOf(Role, Layer)} {(IsBias ? "bias" : "weight")}";
}
