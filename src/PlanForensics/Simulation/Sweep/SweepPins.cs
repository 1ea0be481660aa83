using System.Globalization;
using PlanForensics.Plans;

namespace PlanForensics.Simulation.Sweep;

/// <summary>The pins that a sweep tries.</summary>
internal static class SweepPins
{
    private static readonly OperatorRole[] Norms = [OperatorRole.AttentionNorm, OperatorRole.MlpNorm, OperatorRole.FinalNorm];

    /// <summary>One operator at a time: those whose plans differ among the steps; norms, which one predicate decides, together.</summary>
    public static SweepPin[] Single(IEnumerable<ExecutionPlan> plans)
    {
        ExecutionPlan[] all = [.. plans.Distinct()];
        bool Varies(OperatorRole role) => all.Select(plan => plan.GetPlan(ExecutionPhase.Decode, 0, role).Text).Distinct().Count() > 1;
        IEnumerable<SweepPin> products = Enum.GetValues<OperatorRole>().Where(OperatorRoles.IsGemm).Append(OperatorRole.Attention).Where(Varies).Select(role => SweepPin.Fix([role]));
        return [.. products, .. Norms.Any(Varies) ? [SweepPin.Fix([.. Norms])] : Array.Empty<SweepPin>()];
    }

    /// <summary>Pins of the whole step: the batch padded to the most rows seen, fp32 everywhere, every operator.</summary>
    public static SweepPin[] Whole(int mostRows) =>
    [
        new SweepPin(string.Create(CultureInfo.InvariantCulture, $"pad every step to {mostRows} rows"), [], PadRows: mostRows),
        new SweepPin("fp32 operands and activations", [], IsFp32: true),
        new SweepPin("fix every product, attention and norm", [.. Enum.GetValues<OperatorRole>().Where(OperatorRoles.IsGemm), OperatorRole.Attention, .. Norms]),
    ];
}
