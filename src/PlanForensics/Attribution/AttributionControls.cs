using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Attribution;

/// <summary>Runs the three controls around one class of a sweep.</summary>
internal static class AttributionControls
{
    public static ControlReport Run(ClassSweep sweep, IReadOnlyList<ClassComparison> classes, ClassComparison target)
    {
        int steps = target.StepsReplayed;
        ResolvedCandidate candidate = target.Class.Resolved[0];
        ValueList<string> first = sweep.Signatures(sweep.Replay(candidate, bypassMemo: true), steps);
        ValueList<string> second = sweep.Signatures(sweep.Replay(candidate, bypassMemo: true), steps);
        long observed = 0;
        ValueList<string> probed = sweep.Signatures(sweep.Replay(candidate, observer: output => observed += output.Values.Length), steps);
        ControlOutcome repeat = Equal(ControlKind.Repeat, $"{target.Class} replayed twice without memo", first, second);
        ControlOutcome probe = Equal(ControlKind.Probe, $"{target.Class} with every operator observed ({observed} values) and with memo, against neither", probed, first);
        if (probe.Passed)
        {
            string what = $"{target.Class} with every operator observed ({observed} values), and unobserved with memo, against neither";
            probe = Equal(ControlKind.Probe, what, target.Signatures, first);
        }

        (ControlOutcome negative, int extra) = Negative(sweep, classes, target);
        return new ControlReport(repeat, probe, negative, 3 + extra);
    }

    private static ControlOutcome Equal(ControlKind kind, string what, ValueList<string> a, ValueList<string> b)
    {
        int different = FirstDifference(a, b);
        return new ControlOutcome(kind, different < 0, FormattableString.Invariant(
            $"{what}: {(different < 0 ? $"equal in {a.Count} steps" : $"different from step {different} on; the engine does not repeat itself")}"));
    }

    private static (ControlOutcome Outcome, int Replays) Negative(ClassSweep sweep, IReadOnlyList<ClassComparison> classes, ClassComparison target)
    {
        foreach (ClassComparison other in classes)
            if (other.Class.Index != target.Class.Index && FirstDifference(other.Signatures, target.Signatures) is >= 0 and var step)
                return (new ControlOutcome(ControlKind.Negative, true, FormattableString.Invariant($"{other.Class} differs from {target.Class} at step {step}")), 0);
        try
        {
            ResolvedCandidate candidate = target.Class.Resolved[0];
            ValueList<string> perturbed = sweep.Signatures(sweep.Replay(state => PerturbingPlan.Of(candidate.PlanFor(state))), target.StepsReplayed);
            int different = FirstDifference(perturbed, target.Signatures);
            return (new ControlOutcome(ControlKind.Negative, different >= 0, different >= 0
                ? FormattableString.Invariant($"{PerturbingPlan.Name}: differs from {target.Class} at step {different}")
                : $"no plan that was run differs from {target.Class} in what was recorded, not even {PerturbingPlan.Name}: "
                    + "the comparison has no power; record more steps or full logits"), 1);
        }
        catch (PlanNotSupportedException exception)
        {
            return (new ControlOutcome(
                ControlKind.Negative, false,
                $"no candidate differs, and {PerturbingPlan.Name} is refused ({exception.Reason}): the comparison has no known power"), 1);
        }
    }

    private static int FirstDifference(ValueList<string> a, ValueList<string> b)
    {
        int common = Math.Min(a.Count, b.Count);
        for (int index = 0; index < common; index++)
            if (a[index] != b[index])
                return index;
        return -1;
    }
}
