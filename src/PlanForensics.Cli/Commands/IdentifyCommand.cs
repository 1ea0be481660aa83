using System.CommandLine;
using System.Diagnostics;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Identification;
using PlanForensics.Plans;

namespace PlanForensics.Cli.Commands;

/// <summary><c>identify</c>: the plans that recorded outputs of real libraries name.</summary>
internal static class IdentifyCommand
{
    public static Command Create(Session session, CommandEntry entry)
    {
        Option<string?> manifest = new("--manifest") { Description = "a manifest of recorded operators; paths in it are relative to it", HelpName = "FILE" };
        Option<string?> a = new("--a") { Description = "one case: activations, fp32 (M, K); of more rows the first M are taken", HelpName = "FILE" };
        Option<string?> w = new("--w") { Description = "one case: weights, fp32 (N, K) or (K, N), told apart by the output", HelpName = "FILE" };
        Option<string?> c = new("--c") { Description = "one case: the recorded output, fp32 (M, N)", HelpName = "FILE" };
        Option<OperatorShape> shape = ShapeOption.Create();
        shape.Required = false;
        shape.Description = "one case: rows, outputs and terms of the matrix product";
        Option<int> threads = new("--threads") { Description = "one case: threads that the library had (default 1)", HelpName = "COUNT", DefaultValueFactory = _ => 1 };
        return new ToolCommand(
            entry,
            "identify --manifest peers/manifest.json",
            "identify --a x.bin --w w.bin --c y.bin --shape 8,64,256 --json")
        {
            manifest, a, w, c, shape, threads,
        }.Runs(parsed =>
        {
            string?[] single = [parsed.GetValue(a), parsed.GetValue(w), parsed.GetValue(c)];
            bool isSingle = single.Any(file => file is not null) || parsed.GetResult(shape) is { Implicit: false };
            if (parsed.GetValue(manifest) is { } path)
                return isSingle
                    ? throw new UsageException("give either --manifest, or --a, --w, --c and --shape")
                    : Run(parsed, IdentificationCases.Of(InputFile.Existing(path, "manifest")), session);
            if (single.Any(file => file is null) || parsed.GetResult(shape) is not { Implicit: false })
                throw new UsageException("identify needs --manifest FILE, or --a, --w, --c and --shape M,N,K");
            return Run(parsed, IdentificationCases.Of(single[0]!, single[1]!, single[2]!, parsed.GetValue(shape), parsed.GetValue(threads), session), session);
        });
    }

    private static ExitCode Run(ParseResult parsed, IdentificationCases cases, Session session)
    {
        IdentificationResult[] results = new IdentificationResult[cases.Count];
        double[] seconds = new double[cases.Count];
        bool canRead = true;
        session.Track("identifying", cases.Count, progress =>
        {
            for (int index = 0; index < cases.Count; index++)
            {
                session.Cancellation.ThrowIfCancellationRequested();
                long start = Stopwatch.GetTimestamp();
                results[index] = cases.TryRead(index, out RecordedOperator? recorded, out IdentificationResult? unread)
                    ? OperatorIdentification.Default.Identify(recorded, session.Cancellation)
                    : unread;
                canRead &= recorded is not null;
                seconds[index] = Stopwatch.GetElapsedTime(start).TotalSeconds;
                progress.Report(index + 1);
            }

            return true;
        });
        foreach (IdentificationResult result in results.Where(result => result.Plan is null))
            session.Remark($"{result.Name}: {result.Reason}");
        if (parsed.WantsJson())
            session.WriteJson([.. results.Zip(seconds, Document)], ToolJson.Documents.IdentificationDocumentArray);
        else
            IdentificationReport.Print(results, seconds, session.Report);
        if (!canRead)
            return ExitCode.CannotRun;
        return results.All(result => result.Elements == result.Reproduced && result.Plan is not null) ? ExitCode.Same : ExitCode.Different;
    }

    private static IdentificationDocument Document(IdentificationResult result, double seconds) => new()
    {
        File = result.Name,
        Verdict = Names.Of(result.Verdict),
        Plan = result.Plan,
        Reproduced = result.Reproduced,
        Elements = result.Elements,
        RunnerUp = result.RunnerUp is { } next ? new RunnerUpDocument(next.Plan, next.Reproduced) : null,
        Seconds = Math.Round(seconds, 4),
    };
}
