using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Diffing;

/// <summary>The order in which a greedy decoder prefers logits: NaN, then larger values, then the tie rule.</summary>
internal static class LogitOrder
{
    /// <summary>Negative when x is preferred.</summary>
    public static int Compare(float x, int tokenX, float y, int tokenY, TieRule tie)
    {
        if (IsPreferred(x, y))
            return -1;
        if (IsPreferred(y, x))
            return 1;
        return tie == TieRule.Last ? tokenY.CompareTo(tokenX) : tokenX.CompareTo(tokenY);
    }

    public static (int Top1, int Top2) TopTwo(ReadOnlySpan<float> logits, TieRule tie)
    {
        bool takesLater = tie == TieRule.Last;
        int top1 = 0;
        int top2 = -1;
        for (int token = 1; token < logits.Length; token++)
        {
            float candidate = logits[token];
            if (Beats(candidate, logits[top1], takesLater))
                (top1, top2) = (token, top1);
            else if (top2 < 0 || Beats(candidate, logits[top2], takesLater))
                top2 = token;
        }

        return (top1, top2);
    }

    public static RecordedLogit At(TensorValue logits, int token) =>
        RecordedLogit.FromBits(token, logits.Format, (uint)TensorElements.BitsAt(logits, token));

    /// <summary>The logit of a token, from full logits or the largest ones recorded; null when neither tells.</summary>
    public static RecordedLogit? Find(StepObservation observation, int token)
    {
        if (observation.FullLogits is { } logits && token < logits.ElementCount
            && logits.Format is NumericFormat.Fp32 or NumericFormat.Bf16 or NumericFormat.Fp16)
            return At(logits, token);
        return Recorded(observation).FirstOrDefault(logit => logit.Token == token);
    }

    public static IEnumerable<RecordedLogit> Recorded(StepObservation observation) =>
        new[] { observation.Top1, observation.Top2 }.OfType<RecordedLogit>().Concat(observation.TopK ?? []);

    public static long Distance(RecordedLogit x, RecordedLogit y) =>
        x.Format == y.Format ? UlpDistance.Between(x.Value, y.Value, x.Format, new UlpRules(NaNPolicy.Unequal)) : UlpDistance.Incomparable;

    private static bool IsPreferred(float x, float y) => x > y || (float.IsNaN(x) && !float.IsNaN(y));

    private static bool Beats(float later, float earlier, bool takesLater) =>
        IsPreferred(later, earlier) || (takesLater && !IsPreferred(earlier, later));
}
