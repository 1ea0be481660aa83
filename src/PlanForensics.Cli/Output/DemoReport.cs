using PlanForensics.Cli.Commands;
using PlanForensics.Cli.Tokenizers;
using PlanForensics.Diffing;

namespace PlanForensics.Cli.Output;

/// <summary>Prints the demo.</summary>
internal static class DemoReport
{
    public static void Print(DemoOutcome outcome, ModelTokenizer tokenizer, TextReport report)
    {
        report.Prose("served", $"{Numbers.Count(outcome.Prompts.Count, "prompt")}, up to {Numbers.Count(outcome.MaximumTokens, "token")} each, "
            + $"at batch sizes 1 and {outcome.LargeBatch}, plans picked by the number of rows");
        report.Prose("diverging", $"{Numbers.Count(outcome.DivergingCount, "completion")}; {Numbers.Count(outcome.AbsorbedCount, "further step")} with other logits and the same token");
        report.Prose("one plan", $"served again under one plan for every shape: {Numbers.Of(outcome.PinnedDifferentCount)} of {Numbers.Of(outcome.Prompts.Count)} differ in any bit");
        if (outcome.Store is { } store)
            report.Value("recorded in", store);
        if (outcome.Postmortem is not { } postmortem)
        {
            report.Note("no completion depends on the batch size here; more prompts or tokens may show one");
            return;
        }

        PrintFlip(outcome, postmortem.Flip!, tokenizer, report);
        PostmortemReport.Print(postmortem, tokenizer, report);
    }

    private static void PrintFlip(DemoOutcome outcome, TokenFlip flip, ModelTokenizer tokenizer, TextReport report)
    {
        report.Line();
        report.Value("A", $"{outcome.RequestA}");
        report.Value("B", $"{outcome.RequestB}");
        report.Prose("after", TokenText.Quote(outcome.ContextText ?? "", int.MaxValue));
        report.Prose("flip", $"step {flip.StepIndexA}: A chose {TokenText.Of(flip.TokenA, tokenizer)}, B chose {TokenText.Of(flip.TokenB, tokenizer)}");
        report.Prose("margins", $"A: {flip.SideA.Margin}; B: {flip.SideB.Margin}");
    }
}
