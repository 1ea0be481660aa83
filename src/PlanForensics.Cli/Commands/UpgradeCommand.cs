using System.CommandLine;
using PlanForensics.Cli.Json;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary><c>upgrade</c>: brings a store that an older version wrote up to date.</summary>
internal static class UpgradeCommand
{
    public static Command Create(Session session, CommandEntry entry)
    {
        Option<string> store = StoreOption.Create("the store; it is changed in place, in one transaction");
        return new ToolCommand(entry, "upgrade --store incident.db") { store }
            .Runs(parsed =>
            {
                string path = InputFile.Existing(parsed.GetRequiredValue(store), "contract store");
                using ContractStore opened = ContractStore.Open(path, ContractStoreMode.ReadWrite);
                if (parsed.WantsJson())
                    session.WriteJson(new UpgradeDocument { Store = opened.Path, SchemaVersion = ContractStore.SchemaVersion }, ToolJson.Documents.UpgradeDocument);
                else
                    session.Report.Line(FormattableString.Invariant($"{opened.Path} has schema version {ContractStore.SchemaVersion}, the one that this tool writes"));
                return ExitCode.Same;
            });
    }
}
