using System.CommandLine;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Cli.Tokenizers;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary><c>diff --store DB A B</c>: two recorded runs, the effective requests first.</summary>
internal static class RunDiff
{
    public static ExitCode Run(ParseResult parsed, RunDiffOptions options, string path, string idA, string idB, Session session)
    {
        using ContractStore store = StoreAccess.OpenToRead(path);
        ModelTokenizer? tokenizer = TokenizerOption.Load(parsed.GetValue(options.Tokenizer));
        ExecutionContract a = store.Require(idA);
        ExecutionContract b = store.Require(idB);
        TraceDiff diff = TraceDiff.Between(a, b);
        Equality verdict = VerdictOf(diff);
        if (parsed.WantsJson())
            session.WriteJson(RunDiffDocument.Of(idA, idB, verdict, diff, tokenizer), ToolJson.Documents.RunDiffDocument);
        else
            TraceDiffText.Print(idA, idB, verdict, diff, tokenizer, parsed.GetValue(options.Steps), session.Report);
        return ExitOf(verdict);
    }

    /// <summary>0 only where all that was compared is known to be equal in bits: what the record does not tell is not called the same.</summary>
    public static ExitCode ExitOf(Equality verdict) => verdict switch
    {
        Equality.Equal => ExitCode.Same,
        Equality.Different => ExitCode.Different,
        _ => ExitCode.CannotRun,
    };

    internal static Equality VerdictOf(TraceDiff diff)
    {
        bool differs = diff.Request.Finding.IsDifferent || diff.Weights.IsDifferent || diff.FirstDivergence is not null || diff.FirstFlip is not null
            || diff.BeyondEndOfA + diff.BeyondEndOfB > 0;
        if (differs)
            return Equality.Different;
        bool open = diff.Request.Finding.IsUndecidable || diff.UndecidableCount > 0 || diff.OnlyInA.Count + diff.OnlyInB.Count > 0 || diff.Steps.Count == 0;
        return open ? Equality.Undecidable : Equality.Equal;
    }
}
