using System.CommandLine;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Cli.Tokenizers;
using PlanForensics.Contracts;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary><c>show</c>: one recorded request.</summary>
internal static class ShowCommand
{
    public static Command Create(Session session, CommandEntry entry)
    {
        Argument<string> request = new("REQUEST") { Description = "the request's id" };
        Option<string> store = StoreOption.Create("the store");
        Option<bool> steps = new("--steps") { Description = "list every step" };
        Option<string?> tokenizer = TokenizerOption.Create();
        return new ToolCommand(
            entry,
            "show --store incident.db request-1 --steps",
            "show --store incident.db request-1 --tokenizer model --json")
        {
            request, store, steps, tokenizer,
        }.Runs(parsed =>
        {
            using ContractStore opened = StoreAccess.OpenToRead(parsed.GetRequiredValue(store));
            ModelTokenizer? text = TokenizerOption.Load(parsed.GetValue(tokenizer));
            ExecutionContract contract = opened.Require(parsed.GetRequiredValue(request), withTensors: false);
            if (parsed.WantsJson())
                session.WriteJson(ContractDocument.Of(contract, text), ToolJson.Documents.ContractDocument);
            else
                ContractText.Print(contract, text, parsed.GetValue(steps), session.Report);
            return ExitCode.Same;
        });
    }
}
