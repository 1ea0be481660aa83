using System.CommandLine;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Kernels.TensorCores;

namespace PlanForensics.Cli.Commands;

/// <summary><c>tensorcore</c>: the matrix units' arithmetic against results recorded on GPUs.</summary>
internal static class TensorCoreCommand
{
    public static Command Create(Session session, CommandEntry entry) =>
        new ToolCommand(entry, "tensorcore verify silicon --gpu A100") { Verify(session) };

    private static ToolCommand Verify(Session session)
    {
        Argument<string> folder = new("DIR") { Description = "a folder laid out as GPU/FORMAT/a_, b_, c_, d_ files, gzip or plain" };
        Option<string?> gpu = new("--gpu") { Description = "only the sets of this GPU", HelpName = "NAME" };
        return new ToolCommand(
            "verify",
            "runs each GPU's model on recorded operands and counts the results that are equal to the bit",
            "tensorcore verify silicon",
            "tensorcore verify silicon --gpu H100 --json")
        {
            folder, gpu,
        }.Runs(parsed => Run(parsed, parsed.GetRequiredValue(folder), parsed.GetValue(gpu), session));
    }

    private static ExitCode Run(ParseResult parsed, string folder, string? gpu, Session session)
    {
        if (!Directory.Exists(folder))
            throw new CannotRunException($"there is no folder {folder}; check the path");
        IReadOnlyList<RecordedVectors> sets = RecordedVectors.Find(folder);
        if (sets.Count == 0)
            throw new CannotRunException($"{folder} holds no set; expected files GPU/FORMAT/d_*, such as A100/fp16/d_A100_fp32.txt.gz");
        RecordedVectors[] chosen = [.. sets.Where(set => gpu is null || set.Gpu.Equals(gpu, StringComparison.OrdinalIgnoreCase))];
        if (chosen.Length == 0)
            throw new CannotRunException($"{folder} holds no set of {gpu}; it has {string.Join(", ", sets.Select(set => set.Gpu).Distinct())}");
        TensorCoreSetDocument[] results = [.. chosen.Select(set => Check(set, session))];
        if (parsed.WantsJson())
            session.WriteJson(results, ToolJson.Documents.TensorCoreSetDocumentArray);
        else
            Print(results, session);
        if (results.Any(result => result.Matched != result.Total))
            return ExitCode.Different;
        return results.Any(result => result.Model is null) ? ExitCode.CannotRun : ExitCode.Same;
    }

    private static TensorCoreSetDocument Check(RecordedVectors set, Session session)
    {
        session.Cancellation.ThrowIfCancellationRequested();
        TensorCoreMatch? match = set.Model is null ? null : set.Check();
        if (match is null)
            session.Remark($"{set.Gpu} {set.Format} to {set.Output}: no model is known; not compared");
        return new TensorCoreSetDocument
        {
            Gpu = set.Gpu, Format = set.Format, Output = set.Output, Model = match?.Model.Text, Matched = match?.Matched ?? 0, Total = match?.Total ?? 0,
        };
    }

    private static void Print(TensorCoreSetDocument[] results, Session session)
    {
        ReportTable table = new("gpu", "format", "output", "model", ">matched", ">total");
        foreach (TensorCoreSetDocument result in results)
        {
            Tone tone = result.Model is null ? Tone.Unsure : result.Matched == result.Total ? Tone.Good : Tone.Bad;
            table.Add(
                result.Gpu, result.Format, result.Output, result.Model ?? "unknown", new ReportCell(Numbers.Of(result.Matched), tone), Numbers.Of(result.Total));
        }

        session.Report.Table(table);
    }
}
