using System.CommandLine;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Contracts;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary><c>import</c>: contract JSON lines into a store.</summary>
internal static class ImportCommand
{
    private const int ProgressUnits = 1000;

    public static Command Create(Session session)
    {
        Argument<string> file = new("FILE") { Description = "contracts as JSON lines; - for standard input" };
        Option<string> store = StoreOption.Create("the store; created when it is missing");
        Option<bool> skipBad = new("--skip-bad") { Description = "leave damaged lines out, and name them; else one damaged line stops the import" };
        return new ToolCommand(
            "import",
            "writes recorded contracts into a store: all of them, or on failure none",
            "import contracts.jsonl --store incident.db",
            "import contracts.jsonl --store incident.db --skip-bad --json")
        {
            file, store, skipBad,
        }.Runs(parsed => Run(parsed, parsed.GetRequiredValue(file), parsed.GetRequiredValue(store), parsed.GetValue(skipBad), session));
    }

    private static ExitCode Run(ParseResult parsed, string file, string path, bool skipBad, Session session)
    {
        List<ContractFormatException> skipped = [];
        using Stream input = file == "-" ? Console.OpenStandardInput() : File.OpenRead(InputFile.Existing(file, "file of contracts"));
        long length = file == "-" ? 0 : input.Length;
        using ContractStore store = ContractStore.Open(path);
        ContractImport done = session.Track($"importing {Path.GetFileName(file)}", ProgressUnits, progress =>
        {
            using WatchedStream watched = new(
                input, at => progress.Report(length == 0 ? 0 : (int)(at * ProgressUnits / length)), session.Cancellation);
            return Import(store, watched, file, skipBad, skipped);
        });
        foreach (ContractFormatException line in skipped)
            session.Remark($"{file}: {line.Message}; skipped");
        if (parsed.WantsJson())
        {
            session.WriteJson(ImportDocument.Of(file, store.Path, done, skipped), ToolJson.Documents.ImportDocument);
            return ExitCode.Same;
        }

        TextReport report = session.Report;
        report.Value("store", store.Path);
        report.Value("imported", Numbers.Count(done.Imported, "contract"));
        report.Value("present", $"{Numbers.Count(done.AlreadyPresent, "contract")} already there with equal content");
        report.Value("skipped", Numbers.Count(done.Skipped, "damaged line"));
        return ExitCode.Same;
    }

    private static ContractImport Import(ContractStore store, Stream input, string file, bool skipBad, List<ContractFormatException> skipped)
    {
        try
        {
            return store.Import(input, new ContractReadOptions { SkipDamaged = skipBad, OnSkipped = skipped.Add });
        }
        catch (ContractFormatException exception)
        {
            throw new CannotRunException($"{file}: {exception.Message}; nothing was imported. --skip-bad leaves damaged lines out", exception);
        }
    }
}
