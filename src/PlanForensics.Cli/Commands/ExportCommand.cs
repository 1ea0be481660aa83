using System.CommandLine;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary><c>export</c>: contracts of a store as JSON lines.</summary>
internal static class ExportCommand
{
    public static Command Create(Session session, CommandEntry entry)
    {
        Option<string> store = StoreOption.Create("the store");
        Option<string[]> requests = new("--request") { Description = "a request to export, may be given several times; default: all", HelpName = "ID" };
        Option<string?> target = new("--out") { Description = "the file to write; must not exist yet; default: standard output", HelpName = "FILE" };
        Option<bool> hashesOnly = new("--hashes-only") { Description = "leave the bytes of tensors out, their hashes stay" };
        return new ToolCommand(
            entry,
            "export --store incident.db --out contracts.jsonl",
            "export --store incident.db --request request-1 --hashes-only")
        {
            store, requests, target, hashesOnly,
        }.Runs(parsed => Run(
            parsed, parsed.GetRequiredValue(store), parsed.GetValue(requests) ?? [], parsed.GetValue(target), !parsed.GetValue(hashesOnly), session));
    }

    private static ExitCode Run(ParseResult parsed, string path, string[] requests, string? target, bool withTensors, Session session)
    {
        using ContractStore store = StoreAccess.OpenToRead(path);
        HashSet<string> known = [.. store.List().Select(summary => summary.RequestId)];
        foreach (string request in requests)
            if (!known.Contains(request))
                throw StoreAccess.Unknown(store, request);
        string[]? chosen = requests.Length == 0 ? null : [.. requests.Distinct()];
        if (target is null)
        {
            session.Output.Flush();
            using Utf8Output text = new(session.Output);
            store.Export(session.OutputBytes ?? text, chosen, withTensors);
            return ExitCode.Same;
        }

        long count;
        using (FileStream file = Create(target))
            count = store.Export(file, chosen, withTensors);
        if (parsed.WantsJson())
            session.WriteJson(new ExportDocument { Store = store.Path, File = target, Exported = count }, ToolJson.Documents.ExportDocument);
        else
            session.Report.Line($"{Numbers.Count(count, "contract")} written to {target}");
        return ExitCode.Same;
    }

    private static FileStream Create(string target)
    {
        if (File.Exists(target))
            throw new CannotRunException($"the file {target} exists and is not overwritten; remove it or give another name");
        return new FileStream(target, FileMode.CreateNew, FileAccess.Write);
    }
}
