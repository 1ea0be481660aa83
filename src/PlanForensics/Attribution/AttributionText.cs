using PlanForensics.Contracts;

namespace PlanForensics.Attribution;

/// <summary>Verdicts in words.</summary>
internal static class AttributionText
{
    private const int MostNames = 3;

    public static string Explain(
        AttributionState state, ClassComparison target, ValueList<int> matching, ValueList<ClassComparison> compared, EvidenceKind evidence, ControlReport controls)
    {
        string sentence = state switch
        {
            AttributionState.Identified => FormattableString.Invariant(
                $"{target.Class} reproduces {target.StepsEqual} of {target.StepsCompared} steps by {Of(evidence)}; {OthersThan(target, compared)} other classes do not"),
            AttributionState.Ambiguous => FormattableString.Invariant(
                $"{matching.Count} of {compared.Count} classes reproduce {target.StepsEqual} of {target.StepsCompared} steps by {Of(evidence)}: ")
                + Some(matching.Select(index => compared[index].Class.ToString())),
            _ => FormattableString.Invariant(
                $"none of {compared.Count} classes reproduces the recording; ")
                + FormattableString.Invariant($"nearest is {target.Class} with {target.StepsEqual} of {target.StepsCompared} steps equal{Distance(target)}"),
        };
        if (controls.FirstFailure is not { } failure)
            return sentence;
        string what = failure.Kind == ControlKind.Negative ? "no power" : "a control failed";
        return $"{what} ({failure.Kind.ToString().ToLowerInvariant()}): {failure.Detail}. Not to be believed: {sentence}";
    }

    /// <summary>Classes that the recording rules out; not those that would give the same bits, but that the recorded environment rules out.</summary>
    private static int OthersThan(ClassComparison target, ValueList<ClassComparison> compared) => compared.Count(item =>
        item.Class.Index != target.Class.Index && !(item.ReproducesEverything && item.ReproducesTokens == target.ReproducesTokens));

    /// <summary>The first few of many names, and how many more there are: a sentence stays one.</summary>
    public static string Some(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return all.Length <= MostNames + 1
            ? string.Join(", ", all)
            : FormattableString.Invariant($"{string.Join(", ", all.Take(MostNames))} and {all.Length - MostNames} more");
    }

    private static string Distance(ClassComparison target) => target.FirstDifferentStep is not { } step ? ""
        : target.MaxUlpsAtFirst is { } ulps
            ? FormattableString.Invariant($", first different at step {step}: {target.DifferentElementsAtFirst} logits, by at most {ulps} ulps")
            : FormattableString.Invariant($", first different at step {step}");

    private static string Of(EvidenceKind evidence) => evidence switch
    {
        EvidenceKind.Logits => "full logits",
        EvidenceKind.LogitsHash => "sha256 of the logits",
        EvidenceKind.HiddenStates => "hashes of hidden states",
        EvidenceKind.TopLogits => "the largest logits (weak)",
        _ => "tokens alone (weak)",
    };
}
