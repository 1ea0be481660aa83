using PlanForensics.Contracts;

namespace PlanForensics.Diffing;

/// <summary>Compares the tokens that two steps chose.</summary>
internal static class TokenComparison
{
    public static EqualityFinding Of(ContractStep a, ContractStep b)
    {
        StepObservation x = a.Observation;
        StepObservation y = b.Observation;
        if (x.ChosenToken is { } tokenA && y.ChosenToken is { } tokenB)
            return EqualityFinding.Of(tokenA == tokenB, "token ids");
        bool onA = x.ChosenToken is not null || x.ChosenTokenHash is not null;
        bool onB = y.ChosenToken is not null || y.ChosenTokenHash is not null;
        if (!onA || !onB)
            return EqualityFinding.Undecidable(Missing.Text("a chosen token", onA, onB));
        if (x.ChosenTokenHash is not { } hashA || y.ChosenTokenHash is not { } hashB)
            return EqualityFinding.Undecidable(NeedsKey(x.ChosenTokenHash ?? y.ChosenTokenHash!, x.ChosenTokenHash is null));
        if (!hashA.IsComparableTo(hashB))
            return EqualityFinding.Undecidable($"the tokens are hashed under the keys {hashA.KeyId ?? "none"} and {hashB.KeyId ?? "none"}; one key would tell");
        // A token hash covers the step index, so equal tokens of other steps have other hashes.
        return a.State.StepIndex == b.State.StepIndex
            ? EqualityFinding.Of(hashA == hashB, "keyed token hashes")
            : EqualityFinding.Undecidable("the keyed hashes cover the step index, which differs; token ids would tell");
    }

    private static string NeedsKey(ContentHash hash, bool onlyBIsHashed) =>
        $"side {(onlyBIsHashed ? 'A' : 'B')} recorded the token, the other side its hash under key {hash.KeyId ?? "none"}; redact with that key to tell";
}
