using System.CommandLine;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Cli.Tokenizers;
using PlanForensics.Replay;

namespace PlanForensics.Cli.Commands;

/// <summary><c>demo</c>: the whole postmortem on a small model, with nothing staged.</summary>
internal static class DemoCommand
{
    private static readonly string SampleModel = Path.Combine("samples", "models", "kjv-1m");

    public static Command Create(Session session, CommandEntry entry)
    {
        Option<string?> model = new("--model") { Description = "the model; default: samples/models/kjv-1m of the checkout", HelpName = "PATH" };
        Option<string?> prompts = new("--prompts") { Description = "a file of prompts, one a line; default: sixteen that suit the sample model", HelpName = "FILE" };
        Option<string?> store = new("--store") { Description = "keep the recordings in this new store; default: a temporary one", HelpName = "DB" };
        Option<int?> tokens = new("--tokens") { Description = "tokens for each prompt at most; default 96", HelpName = "N", CustomParser = ReplayOptions.ParseCount };
        Option<int?> batch = new("--batch") { Description = "the larger batch size, beside 1; default 4", HelpName = "N", CustomParser = ReplayOptions.ParseCount };
        return new ToolCommand(
            entry,
            "demo",
            "demo --prompts prompts.txt --store demo.db --json")
        {
            model, prompts, store, tokens, batch,
        }.Runs(parsed =>
        {
            string[] texts = parsed.GetValue(prompts) is { } file ? ReadPrompts(file) : DemoPrompts.Default;
            (ReplayModel ready, ModelTokenizer tokenizer) = ModelOption.Load(parsed.GetValue(model) ?? FindSample());
            DemoRun run = new(ready, tokenizer, texts, parsed.GetValue(batch) ?? 4, parsed.GetValue(tokens) ?? 96, session);
            DemoOutcome outcome = run.Execute(parsed.GetValue(store));
            if (parsed.WantsJson())
                session.WriteJson(DemoDocument.Of(outcome, tokenizer), ToolJson.Documents.DemoDocument);
            else
                DemoReport.Print(outcome, tokenizer, session.Report);
            return outcome.IsExplained ? ExitCode.Same : ExitCode.CannotRun;
        });
    }

    private static string[] ReadPrompts(string file)
    {
        string[] prompts = [.. File.ReadLines(InputFile.Existing(file, "file of prompts")).Select(line => line.Trim()).Where(line => line.Length > 0)];
        return prompts.Length > 0 ? prompts : throw new CannotRunException($"{file} holds no prompt; write one a line");
    }

    private static string FindSample()
    {
        for (DirectoryInfo? folder = new(Directory.GetCurrentDirectory()); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, SampleModel)))
                return Path.Combine(folder.FullName, SampleModel);
        throw new CannotRunException($"there is no {SampleModel} in or above {Directory.GetCurrentDirectory()}; run in a checkout, or give --model");
    }
}
