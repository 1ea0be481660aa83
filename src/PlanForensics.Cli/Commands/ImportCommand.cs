using System.CommandLine;
using System.Diagnostics;
using PlanForensics.Captures;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Contracts;
using PlanForensics.Incidents;
using PlanForensics.Store;
using PlanForensics.Telemetry;

namespace PlanForensics.Cli.Commands;

/// <summary><c>import</c>: contracts, and other tools' records, into a store.</summary>
internal static class ImportCommand
{
    private const string Auto = "auto";

    public static Command Create(Session session, CommandEntry entry)
    {
        Argument<string> file = new("FILE") { Description = "the records, - for standard input, or a folder: a whole recorded incident, or what planforensics_capture.py wrote" };
        Option<string> format = new("--format")
        {
            Description = "jsonl (contracts), trace, nsys, prometheus, otlp, ncu; auto tells by content",
            DefaultValueFactory = _ => Auto,
        };
        format.AcceptOnlyFromAmong([Auto, .. TelemetryFormats.All.Select(TelemetryFormats.NameOf)]);
        Option<string> store = StoreOption.Create("the store; created when it is missing");
        Option<bool> skipBad = new("--skip-bad") { Description = "leave damaged lines out, and name them; else one damaged line stops the import" };
        return new ToolCommand(
            entry,
            "import contracts.jsonl --store incident.db",
            "import profile.sqlite --format nsys --store incident.db",
            "import contracts.jsonl --store incident.db --skip-bad --json",
            "import incidents/flip --store incident.db",
            "import captured --store incident.db")
        {
            file, format, store, skipBad,
        }.Runs(parsed => Run(parsed, parsed.GetRequiredValue(file), parsed.GetRequiredValue(format), parsed.GetRequiredValue(store), parsed.GetValue(skipBad), session));
    }

    private static ExitCode Run(ParseResult parsed, string file, string format, string path, bool skipBad, Session session)
    {
        if (CapturedFolder.IsOne(file))
            return RunCaptured(parsed, file, path, skipBad, session);
        if (Directory.Exists(file))
            return RunIncident(parsed, file, path, session);
        long started = Stopwatch.GetTimestamp();
        List<ContractFormatException> skipped = [];
        using ImportSource source = ImportSource.Open(file, session);
        TelemetryFormat chosen = format == Auto
            ? source.Detect() ?? throw new CannotRunException($"the content of {file} is none of the formats that import knows; say which with --format")
            : TelemetryFormats.All.Single(known => TelemetryFormats.NameOf(known) == format);
        using ContractStore store = ContractStore.Open(path);
        ImportDocument done = Import(source, chosen, store, skipBad, skipped);
        foreach (ContractFormatException line in skipped)
            session.Remark($"{file}: {line.Message}; skipped");
        return Report(parsed, file, done, chosen == TelemetryFormat.JsonLines, started, session);
    }

    /// <summary>A folder of planforensics_capture.py: the lines of all ranks, with the tensors that lie beside them.</summary>
    private static ExitCode RunCaptured(ParseResult parsed, string folder, string path, bool skipBad, Session session)
    {
        long started = Stopwatch.GetTimestamp();
        List<ContractFormatException> skipped = [];
        using CapturedFolder captured = CapturedFolder.Open(folder);
        using FileStream lines = new(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        ContractLineWriter writer = new(lines);
        try
        {
            foreach (ExecutionContract contract in captured.Read(new ContractReadOptions { SkipDamaged = skipBad, OnSkipped = skipped.Add }))
                writer.Write(contract);
        }
        catch (ContractFormatException exception)
        {
            throw new CannotRunException($"{folder}: {exception.Message}; nothing was imported. --skip-bad leaves damaged lines out", exception);
        }

        lines.Position = 0;
        using ContractStore store = ContractStore.Open(path);
        ImportDocument done = ImportDocument.Of(folder, store.Path, store.Import(lines), skipped) with { Format = "captured folder" };
        foreach (ContractFormatException line in skipped)
            session.Remark($"{folder}: {line.Message}; skipped");
        if (captured.MissingTensors > 0)
            session.Remark($"{folder}: {Numbers.Count(captured.MissingTensors, "tensor")} that the lines refer to {(captured.MissingTensors == 1 ? "is" : "are")} not in its safetensors files, or not with the recorded bytes; known by hash alone");
        return Report(parsed, folder, done, true, started, session);
    }

    /// <summary>Each run of a whole recorded incident becomes a request.</summary>
    private static ExitCode RunIncident(ParseResult parsed, string folder, string path, Session session)
    {
        long started = Stopwatch.GetTimestamp();
        WholeIncident incident = WholeIncident.Load(folder);
        using MemoryStream lines = new();
        foreach (IncidentRun run in incident.Runs)
            lines.Write(System.Text.Encoding.UTF8.GetBytes(ContractJson.Format(IncidentContracts.Of(incident, run)) + "\n"));
        lines.Position = 0;
        using ContractStore store = ContractStore.Open(path);
        ImportDocument done = ImportDocument.Of(folder, store.Path, store.Import(lines), []) with { Format = WholeIncident.FormatName };
        return Report(parsed, folder, done, true, started, session);
    }

    private static ExitCode Report(ParseResult parsed, string file, ImportDocument done, bool areContracts, long started, Session session)
    {
        done = done with { Seconds = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3) };
        foreach (string remark in done.Remarks ?? [])
            session.Remark($"{file}: {remark}");
        if (parsed.WantsJson())
        {
            session.WriteJson(done, ToolJson.Documents.ImportDocument);
            return ExitCode.Same;
        }

        TextReport report = session.Report;
        report.Value("store", done.Store);
        report.Value("format", done.Format);
        report.Value("records", Numbers.Count(done.Records, "record"));
        report.Value("imported", $"{Numbers.Count(done.Imported, "contract")}, {Numbers.Count(done.Steps, "step")}, {Numbers.Count(done.Kernels, "kernel")}");
        report.Value("present", areContracts
            ? $"{Numbers.Count(done.AlreadyPresent, "contract")} already there with equal content"
            : done.AlreadyPresent == 0 ? "nothing" : "the same file was imported before; nothing was changed");
        report.Value("skipped", Numbers.Count(done.Skipped, "damaged line"));
        return ExitCode.Same;
    }

    private static ImportDocument Import(ImportSource source, TelemetryFormat format, ContractStore store, bool skipBad, List<ContractFormatException> skipped)
    {
        try
        {
            return format == TelemetryFormat.JsonLines
                ? ImportDocument.Of(source.Name, store.Path, source.ImportContracts(store, skipBad, skipped), skipped)
                : source.ImportTelemetry(store, format, skipBad, skipped);
        }
        catch (ContractFormatException exception)
        {
            throw new CannotRunException($"{source.Name}: {exception.Message}; nothing was imported. --skip-bad leaves damaged lines out", exception);
        }
    }
}
