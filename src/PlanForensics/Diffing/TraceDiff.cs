using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Diffing;

/// <summary>What differs between two executions of a request: two recordings, or a recording and a replay.</summary>
/// <remarks>
/// <para>x comes first: when the token sequences are known to differ, no step is compared. Steps are compared up to and including the first token
/// flip; after it the inputs differ, and a difference says nothing about plans.</para>
/// <para>Nothing is guessed: what the record does not tell is counted as undecidable. Bitwise: identical on every machine.</para>
/// </remarks>
public sealed record TraceDiff
{
    private TraceDiff()
    {
    }

    /// <summary>The effective requests.</summary>
    public required RequestComparison Request { get; init; }

    /// <summary>Whether the same weights ran, by their hash.</summary>
    public required EqualityFinding Weights { get; init; }

    /// <summary>How steps were paired.</summary>
    public required StepAlignment Alignment { get; init; }

    /// <summary>The steps compared, in order, up to and including the first flip.</summary>
    public required ValueList<StepDiff> Steps { get; init; }

    /// <summary>Indices of steps that only side A recorded, among those up to the first flip or the shorter side's end.</summary>
    public required ValueList<int> OnlyInA { get; init; }

    /// <summary>Indices of steps that only side B recorded, among those up to the first flip or the shorter side's end.</summary>
    public required ValueList<int> OnlyInB { get; init; }

    /// <summary>Steps of side A that were not compared, since their inputs differ (after a flip, or for another prompt).</summary>
    public required int NotComparableA { get; init; }

    /// <summary>Steps of side B that were not compared, since their inputs differ.</summary>
    public required int NotComparableB { get; init; }

    /// <summary>Steps of side A after the end of side B, when no flip came before: side B stopped early, or its recording did.</summary>
    public required int BeyondEndOfB { get; init; }

    /// <summary>Steps of side B after the end of side A, when no flip came before.</summary>
    public required int BeyondEndOfA { get; init; }

    /// <summary>Where bits first differ, or else tokens; null when no compared step is known to differ in either.</summary>
    public required FirstDivergence? FirstDivergence { get; init; }

    /// <summary>The first flip; null when every pair of recorded tokens is equal.</summary>
    public TokenFlip? FirstFlip => Steps.Select(step => step.Flip).FirstOrDefault(flip => flip is not null);

    /// <summary>Compared steps with different bits and equal tokens: differences that the margin absorbed.</summary>
    public int AbsorbedCount => Steps.Count(step => step.Bits.IsDifferent && step.Tokens.IsEqual);

    /// <summary>Compared steps known to have equal bits.</summary>
    public int BitwiseEqualCount => Steps.Count(step => step.Bits.IsEqual);

    /// <summary>Compared steps whose bits the record does not decide.</summary>
    public int UndecidableCount => Steps.Count(step => step.Bits.IsUndecidable);

    /// <summary>Why comparison stopped where it did, in words.</summary>
    public required string Ending { get; init; }

    /// <summary>Compares two executions.</summary>
    /// <param name="a">Side A: by custom the recording.</param>
    /// <param name="b">Side B: another recording, or a replay.</param>
    /// <param name="key">The key of privacy mode, where it is at hand. Default: none.</param>
    /// <returns>The difference.</returns>
    /// <exception cref="ArgumentNullException">A contract is null.</exception>
    public static TraceDiff Between(ExecutionContract a, ExecutionContract b, ContractRedaction? key = null)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        RequestComparison request = RequestComparison.Compare(a.Request, b.Request, key);
        StepPairing pairing = StepPairing.Of(a, b);
        StepWalk walk = new(request, TieOf(a.Request), key);
        if (!request.Tokens.Finding.IsDifferent)
            walk.Run(pairing.Pairs);
        return new TraceDiff
        {
            Request = request,
            Weights = CompareWeights(a.Model, b.Model),
            Alignment = pairing.Alignment,
            Steps = walk.Steps.ToValueList(),
            OnlyInA = walk.OnlyInA.ToValueList(),
            OnlyInB = walk.OnlyInB.ToValueList(),
            NotComparableA = a.Steps.Count - walk.SeenA,
            NotComparableB = b.Steps.Count - walk.SeenB,
            BeyondEndOfB = walk.BeyondEndOfB,
            BeyondEndOfA = walk.BeyondEndOfA,
            FirstDivergence = walk.FirstDivergence,
            Ending = walk.Ending,
        };
    }

    private static EqualityFinding CompareWeights(ModelIdentity a, ModelIdentity b) =>
        a.WeightsSha256 is { } left && b.WeightsSha256 is { } right
            ? EqualityFinding.Of(left == right, "sha256 of the weights")
            : EqualityFinding.Undecidable(Missing.Text("the hash of the weights", a.WeightsSha256 is not null, b.WeightsSha256 is not null));

    private static TieRule TieOf(EffectiveRequest request) => request.Decode?.TieRule == "highest_id" ? TieRule.Last : TieRule.First;
}
