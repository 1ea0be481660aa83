namespace PlanForensics.Plans;

/// <summary>Canonical names of <see cref="OperatorRole"/> values, as plans, reports and JSON spell them.</summary>
public static class OperatorRoles
{
    private static readonly string[] Names =
    [
        "embedding", "position_add", "attention_norm", "q_proj", "k_proj", "v_proj", "rope", "attention", "o_proj", "attention_residual",
        "mlp_norm", "gate_proj", "up_proj", "activation", "down_proj", "mlp_residual", "final_norm", "lm_head", "argmax",
    ];

    /// <summary>The canonical name.</summary>
    /// <param name="role">The role.</param>
    /// <returns>Lower snake case, for example <c>down_proj</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a defined role.</exception>
    public static string NameOf(OperatorRole role) => (uint)role < (uint)Names.Length
        ? Names[(int)role]
        : throw new ArgumentOutOfRangeException(nameof(role), role, "not a defined operator role");

    /// <summary>Reads a canonical name.</summary>
    /// <param name="name">The name, lower case.</param>
    /// <param name="role">The role, when the method returns true.</param>
    /// <returns>Whether the name is a canonical one.</returns>
    public static bool TryParse(ReadOnlySpan<char> name, out OperatorRole role)
    {
        for (int index = 0; index < Names.Length; index++)
        {
            if (name.SequenceEqual(Names[index]))
            {
                role = (OperatorRole)index;
                return true;
            }
        }

        role = default;
        return false;
    }

    /// <summary>Whether an operator of this role is a matrix product with weights.</summary>
    /// <param name="role">The role.</param>
    /// <returns>True for the projections and the head.</returns>
    public static bool IsGemm(OperatorRole role) => role is OperatorRole.QueryProjection or OperatorRole.KeyProjection
        or OperatorRole.ValueProjection or OperatorRole.OutputProjection or OperatorRole.GateProjection or OperatorRole.UpProjection
        or OperatorRole.DownProjection or OperatorRole.LmHead;
}
