using PlanForensics.Cli.Tokenizers;
using PlanForensics.Contracts;
using PlanForensics.Diffing;

namespace PlanForensics.Cli.Output;

/// <summary>Prints a recorded request.</summary>
internal static class ContractText
{
    private const int ShortHash = 12;

    public static void Print(ExecutionContract contract, ModelTokenizer? tokenizer, bool withSteps, TextReport report)
    {
        report.Value("request", contract.RequestId);
        report.Prose("recorded", Numbers.Time(contract.RecordedAt) + (contract.CompletedAt is { } end ? $", completed {Numbers.Time(end)}" : ""));
        report.Prose("model", contract.Model.Name + (contract.Model.WeightsSha256 is { } hash ? $", weights sha256 {hash}" : ", weights' hash not recorded"));
        if (contract.Replica is { } replica)
            report.Value("replica", replica);
        PrintRequest(contract.Request, tokenizer, report);
        int[] chosen = [.. contract.ChosenTokens];
        report.Prose("completion", $"{Numbers.Count(chosen.Length, "token")}{(contract.FinishReason is { } reason ? $", ended by {reason}" : "")}: {Text(chosen, tokenizer)}");
        report.Value("steps", $"{Numbers.Of(contract.Steps.Count)}{(contract.DroppedSteps is > 0 and var dropped ? $", {Numbers.Of(dropped)} dropped by the recorder" : "")}");
        foreach (IGrouping<string?, ContractStep> plan in contract.Steps.GroupBy(step => step.State.PlanFingerprint))
            report.Value("plan", plan.Key is { } fingerprint ? $"{fingerprint[..ShortHash]} in {Numbers.Count(plan.Count(), "step")}" : $"not recorded in {Numbers.Count(plan.Count(), "step")}");
        if (withSteps)
            PrintSteps(contract, tokenizer, report);
    }

    private static void PrintRequest(EffectiveRequest request, ModelTokenizer? tokenizer, TextReport report)
    {
        string count = request.TokenCount is { } tokens ? Numbers.Count(tokens, "token") : "tokens not recorded";
        report.Prose("prompt", request.EffectiveTokenIds is { } ids ? $"{count}: {Text(ids, tokenizer)}" : $"{count}{(request.TokenHash is { } hash ? $", {hash}" : "")}");
        if (request.Approximation is { } approximation)
            report.Prose("approximate", approximation);
        if (request.Decode is { } decode)
            report.Prose("decode", Decode(decode));
    }

    private static string Decode(DecodeConfiguration decode)
    {
        List<string> parts = [decode.Method ?? "method not recorded"];
        void Add(string name, double? value)
        {
            if (value is { } number)
                parts.Add($"{name} {Numbers.Of(number)}");
        }

        Add("temperature", decode.Temperature);
        Add("top p", decode.TopP);
        Add("top k", decode.TopK);
        Add("seed", decode.Seed);
        Add("at most tokens", decode.MaxTokens);
        if (decode.TieRule is { } tie)
            parts.Add($"ties to {tie}");
        return string.Join(", ", parts);
    }

    private static void PrintSteps(ExecutionContract contract, ModelTokenizer? tokenizer, TextReport report)
    {
        ReportTable table = new(">step", "phase", ">batch", ">q", ">k", "token", ">margin", ">in ulps", "plan");
        foreach (ContractStep step in contract.Steps)
        {
            StepState state = step.State;
            LogitMargin? margin = LogitMargin.Of(step.Observation);
            table.Add(
                $"{state.StepIndex}",
                state.Phase.ToString().ToLowerInvariant(),
                state.BatchSize is { } size ? $"{size}" : "?",
                $"{state.Shape.QueryLength}",
                $"{state.Shape.KeyLength}",
                TokenText.Of(step.Observation.ChosenToken, tokenizer),
                margin is null ? "?" : ((float)margin.Margin).ToString("G4", System.Globalization.CultureInfo.InvariantCulture),
                margin is null ? "?" : margin.Ulps == Numerics.UlpDistance.Incomparable ? "NaN" : Numbers.Of(margin.Ulps),
                state.PlanFingerprint is { } plan ? plan[..8] : "?");
        }

        report.Line();
        report.Table(table);
    }

    private static string Text(IReadOnlyList<int> tokens, ModelTokenizer? tokenizer) =>
        tokenizer is null ? TokenText.Run(tokens, null) : TokenText.Quote(TokenText.Run(tokens, tokenizer), int.MaxValue);
}
