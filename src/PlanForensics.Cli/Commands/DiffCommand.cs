using System.CommandLine;

namespace PlanForensics.Cli.Commands;

/// <summary><c>diff</c>: two array files, or two recorded runs.</summary>
internal static class DiffCommand
{
    public static Command Create(Session session, CommandEntry entry)
    {
        Argument<string> a = new("A") { Description = "side A: a .npy or raw file, or with --store a request" };
        Argument<string> b = new("B") { Description = "side B" };
        Option<string?> store = StoreOption.CreateOptional("compare two requests recorded in this store");
        FileDiffOptions file = new();
        RunDiffOptions run = new();
        ToolCommand command = new(
            entry,
            "diff a.npy b.npy",
            "diff a.bin b.bin --dtype bf16 --shape 8,512 --max-ulps 1",
            "diff --store incident.db request-1 request-2 --steps")
        {
            a, b, store,
        };
        file.AddTo(command);
        run.AddTo(command);
        return command.Runs(parsed =>
        {
            (string left, string right) = (parsed.GetRequiredValue(a), parsed.GetRequiredValue(b));
            if (parsed.GetValue(store) is not { } path)
            {
                run.Refuse(parsed, "is for recorded runs; give --store, or leave it out");
                return FileDiff.Run(parsed, file, left, right, session);
            }

            file.Refuse(parsed, "is for files; leave it out, or leave out --store");
            return RunDiff.Run(parsed, run, path, left, right, session);
        });
    }
}
