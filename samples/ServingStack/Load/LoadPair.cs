using PlanForensics.Diffing;

namespace ServingStack.Load;

/// <summary>One prompt, completed alone and under load.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="AloneId">The request that ran alone.</param>
/// <param name="LoadedId">The request that ran among others.</param>
/// <param name="AloneText">Its completion.</param>
/// <param name="LoadedText">Its completion.</param>
/// <param name="Diff">Both records, step by step; null where no store was given.</param>
public sealed record LoadPair(string Prompt, string AloneId, string LoadedId, string AloneText, string LoadedText, TraceDiff? Diff = null)
{
    /// <summary>Whether the completions differ.</summary>
    public bool TextDiffers => AloneText != LoadedText;

    /// <summary>Steps, up to the first other token, whose logits have other bits.</summary>
    public int? StepsWithOtherBits => Diff is null ? null : Diff.Steps.Count - Diff.BitwiseEqualCount - Diff.UndecidableCount;
}
