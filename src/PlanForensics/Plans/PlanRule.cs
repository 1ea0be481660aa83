using System.Globalization;

namespace PlanForensics.Plans;

/// <summary>One line of an execution plan: which operators it selects, and their plan.</summary>
/// <param name="Phase">The phase, or null for both.</param>
/// <param name="Layer">The 0-based layer, not negative; or null for all and for operators outside layers.</param>
/// <param name="Role">The role.</param>
/// <param name="Plan">The operators' plan.</param>
public sealed record PlanRule(ExecutionPhase? Phase, int? Layer, OperatorRole Role, OperatorPlan Plan)
{
    /// <summary>The 0-based layer, or null for all and for operators outside layers.</summary>
    public int? Layer { get; init; } = Layer is null or >= 0 ? Layer : throw new ArgumentOutOfRangeException(nameof(Layer), Layer, "a layer is 0 or more; null selects every layer and operators outside layers");

    /// <summary>The operators' plan.</summary>
    public OperatorPlan Plan { get; init; } = Plan ?? throw new ArgumentNullException(nameof(Plan));

    /// <summary>The canonical text: <c>PHASE LAYER ROLE = PLAN</c>, with <c>*</c> for any.</summary>
    public string Text => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Phase is { } phase ? PlanNames.Of(phase) : "*")} {(Layer is { } layer ? layer.ToString(CultureInfo.InvariantCulture) : "*")} {OperatorRoles.NameOf(Role)} = {Plan.Text}");

    /// <summary>Whether the rule selects an operator.</summary>
    /// <param name="phase">The step's phase.</param>
    /// <param name="layer">The operator's layer; -1 outside layers.</param>
    /// <param name="role">The operator's role.</param>
    /// <returns>True when phase, layer and role fit.</returns>
    public bool Selects(ExecutionPhase phase, int layer, OperatorRole role) =>
        Role == role && (Phase is null || Phase == phase) && (Layer is null || Layer == layer);

    internal static PlanRule Parse(string line, string text, int position)
    {
        int equals = line.IndexOf(" = ", StringComparison.Ordinal);
        string[] selector = equals < 0 ? [] : line[..equals].Split(' ');
        if (selector.Length != 3)
            throw new PlanFormatException(text, position, "expected PHASE LAYER ROLE = PLAN, with * for any phase or layer");
        ExecutionPhase? phase = null;
        if (selector[0] != "*")
            phase = PlanNames.TryParse(selector[0], out ExecutionPhase named) ? named : throw new PlanFormatException(text, position, "expected a phase: *, prefill or decode");
        int? layer = null;
        if (selector[1] != "*")
            layer = int.TryParse(selector[1], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw new PlanFormatException(text, position, "expected a layer: * or a 0-based number");
        if (!OperatorRoles.TryParse(selector[2], out OperatorRole role))
            throw new PlanFormatException(text, position, "expected an operator role such as q_proj, attention, down_proj or lm_head");
        try
        {
            return new PlanRule(phase, layer, role, OperatorPlan.Parse(line[(equals + 3)..]));
        }
        catch (PlanFormatException exception)
        {
            throw exception.Within(text, position + equals + 3);
        }
    }
}
