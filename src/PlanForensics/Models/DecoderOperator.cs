using PlanForensics.Plans;

namespace PlanForensics.Models;

/// <summary>One operator of a decoder: what it does, where, from which values to which.</summary>
public sealed class DecoderOperator
{
    internal DecoderOperator(
        OperatorRole role, int layer, IReadOnlyList<string> inputs, IReadOnlyList<string> outputs, int? n = null, int? k = null, bool hasBias = false)
    {
        Role = role;
        Layer = layer;
        Inputs = inputs;
        Outputs = outputs;
        N = n;
        K = k;
        HasBias = hasBias;
    }

    /// <summary>What the operator does; plans are assigned by it.</summary>
    public OperatorRole Role { get; }

    /// <summary>The 0-based layer; -1 for an operator of the whole model.</summary>
    public int Layer { get; }

    /// <summary>The operator in words: <c>layer 2 down_proj</c>, <c>lm_head</c>.</summary>
    public string Name => NameOf(Role, Layer);

    /// <summary>The names of the values it reads, in order; weights are not listed.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>The names of the values it makes, in order.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>Outputs of the matrix product for each row; null where the operator is none.</summary>
    public int? N { get; }

    /// <summary>Terms that each output of the matrix product sums; null where the operator is none.</summary>
    public int? K { get; }

    /// <summary>Whether the operator is a matrix product with a weight.</summary>
    public bool IsGemm => N is not null;

    /// <summary>Whether the operator adds a bias (matrix products) or its norm has one.</summary>
    public bool HasBias { get; }

    /// <summary>The name of an operator in words.</summary>
    /// <param name="role">Its role.</param>
    /// <param name="layer">Its 0-based layer, or -1.</param>
    /// <returns><c>layer 2 down_proj</c>, or the role alone when <paramref name="layer"/> is -1.</returns>
    public static string NameOf(OperatorRole role, int layer) =>
        layer < 0 ? OperatorRoles.NameOf(role) : $"layer {layer} {OperatorRoles.NameOf(role)}";

    /// <summary>The operator on one line.</summary>
    /// <returns>For example <c>layer 2 down_proj [N 64, K 172]: l2.activation -> l2.down_proj</c>.</returns>
    public override string ToString()
    {
        string gemm = IsGemm ? $" [N {N}, K {K}{(HasBias ? ", bias" : "")}]" : "";
        return $"{Name}{gemm}: {string.Join(", ", Inputs)} -> {string.Join(", ", Outputs)}";
    }
}
