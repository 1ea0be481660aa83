using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace PlanForensics.Plans;

/// <summary>
/// A plan for every operator of a decoder, as a list of rules; the last rule that selects an operator holds. Immutable.
/// </summary>
/// <remarks>Text: one rule a line (<see cref="PlanRule.Text"/>), joined by line feeds, sorted by role (rules of one role keep their order). Rules that later ones hide are removed.</remarks>
public sealed class ExecutionPlan : IEquatable<ExecutionPlan>
{
    private StrongBox<PlanFingerprint>? _fingerprint;

    /// <summary>Creates a plan.</summary>
    /// <param name="rules">The rules; later ones hold over earlier ones.</param>
    /// <exception cref="ArgumentException">A rule assigns a plan family that its role does not run.</exception>
    public ExecutionPlan(params IEnumerable<PlanRule> rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ImmutableArray<PlanRule> all = [.. rules];
        foreach (PlanRule rule in all)
            if (!Fits(rule.Role, rule.Plan))
                throw new ArgumentException($"role {OperatorRoles.NameOf(rule.Role)} runs a plan of family {FamilyOf(rule.Role)}; got \"{rule.Plan.Text}\"", nameof(rules));
        Rules = [.. Visible(all).OrderBy(rule => rule.Role)];
        Text = string.Join('\n', Rules.Select(rule => rule.Text));
    }

    /// <summary>The rules, in order.</summary>
    public ImmutableArray<PlanRule> Rules { get; }

    /// <summary>The canonical text.</summary>
    public string Text { get; }

    /// <summary>Fingerprint of the canonical text.</summary>
    public PlanFingerprint Fingerprint => (_fingerprint ??= new StrongBox<PlanFingerprint>(PlanFingerprint.Of(Text))).Value;

    /// <summary>Finds the plan of an operator.</summary>
    /// <param name="phase">The step's phase.</param>
    /// <param name="layer">The operator's layer; -1 outside layers.</param>
    /// <param name="role">The operator's role.</param>
    /// <returns>The plan of the last rule that selects the operator, or null.</returns>
    public OperatorPlan? FindPlan(ExecutionPhase phase, int layer, OperatorRole role)
    {
        for (int index = Rules.Length - 1; index >= 0; index--)
            if (Rules[index].Selects(phase, layer, role))
                return Rules[index].Plan;
        return null;
    }

    /// <summary>Gets the plan of an operator.</summary>
    /// <param name="phase">The step's phase.</param>
    /// <param name="layer">The operator's layer; -1 outside layers.</param>
    /// <param name="role">The operator's role.</param>
    /// <returns>The plan of the last rule that selects the operator.</returns>
    /// <exception cref="PlanNotSupportedException">No rule selects it.</exception>
    public OperatorPlan GetPlan(ExecutionPhase phase, int layer, OperatorRole role) => FindPlan(phase, layer, role)
        ?? throw new PlanNotSupportedException(Text, $"no rule selects {PlanNames.Of(phase)} layer {layer} {OperatorRoles.NameOf(role)}; add one");

    /// <summary>The same plan with further rules, which hold over the present ones.</summary>
    /// <param name="rules">The further rules.</param>
    /// <returns>The new plan.</returns>
    public ExecutionPlan With(params IEnumerable<PlanRule> rules) => new(Rules.Concat(rules));

    /// <summary>Reads a plan's text.</summary>
    /// <param name="text">Rules, one a line; empty lines and lines that start with <c>#</c> are passed over.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="PlanFormatException">A line is not a rule, or its plan does not fit its role.</exception>
    public static ExecutionPlan Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rules = ImmutableArray.CreateBuilder<PlanRule>();
        int position = 0;
        foreach (string raw in text.Split('\n'))
        {
            string line = raw.TrimEnd('\r');
            if (line.Length > 0 && line[0] != '#')
                rules.Add(PlanRule.Parse(line, text, position));
            position += raw.Length + 1;
        }

        try
        {
            return new ExecutionPlan(rules.ToImmutable());
        }
        catch (ArgumentException exception)
        {
            throw PlanFormatException.Of(text, 0, exception);
        }
    }

    /// <inheritdoc/>
    public bool Equals(ExecutionPlan? other) => other is not null && other.Text == Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ExecutionPlan);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The canonical text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;

    /// <summary>The rules that still select something, in order: a rule is hidden when later ones of its role cover its phases and layers.</summary>
    private static List<PlanRule> Visible(ImmutableArray<PlanRule> all)
    {
        var later = new HashSet<(OperatorRole Role, ExecutionPhase? Phase, int? Layer)>();
        var visible = new List<PlanRule>(all.Length);
        for (int index = all.Length - 1; index >= 0; index--)
        {
            PlanRule rule = all[index];
            if (Covers(rule.Phase ?? ExecutionPhase.Prefill) && Covers(rule.Phase ?? ExecutionPhase.Decode))
                continue;
            visible.Add(rule);
            later.Add((rule.Role, rule.Phase, rule.Layer));

            bool Covers(ExecutionPhase phase) => later.Contains((rule.Role, phase, rule.Layer)) || later.Contains((rule.Role, null, rule.Layer))
                || later.Contains((rule.Role, phase, null)) || later.Contains((rule.Role, null, null));
        }

        visible.Reverse();
        return visible;
    }

    private static bool Fits(OperatorRole role, OperatorPlan plan) => plan switch
    {
        PlanMap or ProgramPlan => FamilyOf(role) == "gemm",
        ComposedAttentionPlan => FamilyOf(role) == "attention",
        _ => plan.Text == FamilyOf(role) || plan.Text.StartsWith(FamilyOf(role) + " ", StringComparison.Ordinal),
    };

    private static string FamilyOf(OperatorRole role) => role switch
    {
        OperatorRole.AttentionNorm or OperatorRole.MlpNorm or OperatorRole.FinalNorm => "norm",
        OperatorRole.Rope => "rope",
        OperatorRole.Attention => "attention",
        OperatorRole.Activation => "activation",
        OperatorRole.Argmax => "argmax",
        OperatorRole.Embedding or OperatorRole.PositionAdd or OperatorRole.AttentionResidual or OperatorRole.MlpResidual => "residual",
        _ => "gemm",
    };
}
