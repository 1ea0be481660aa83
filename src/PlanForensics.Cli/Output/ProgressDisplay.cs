using Spectre.Console;

namespace PlanForensics.Cli.Output;

/// <summary>A progress bar on standard error, where that is a terminal; nothing anywhere else.</summary>
internal static class ProgressDisplay
{
    /// <summary>Runs work that reports how much of a total is done.</summary>
    public static T Track<T>(this Session session, string what, double total, Func<IProgress<int>, T> work)
    {
        if (!session.ErrorIsTerminal)
            return work(new Step(static _ => { }));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            ColorSystem = session.UseColour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(session.Error),
        });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(what), maxValue: Math.Max(total, 1));
                return work(new Step(done => task.Value = done));
            });
    }

    // Progress<T> would post to the thread pool and could report out of order.
    private sealed class Step(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
