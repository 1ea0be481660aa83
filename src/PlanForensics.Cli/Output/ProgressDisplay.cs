using PlanForensics.Attribution;
using PlanForensics.Simulation.Sweep;
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
        return Bar(session).Start(context =>
        {
            ProgressTask task = context.AddTask(Markup.Escape(what), maxValue: Math.Max(total, 1));
            return work(new Step(done => task.Value = done));
        });
    }

    /// <summary>Runs work that goes through stages of its own.</summary>
    public static T TrackStages<T>(this Session session, string what, Func<IProgress<AttributionProgress>, T> work)
    {
        if (!session.ErrorIsTerminal)
            return work(new Stages(static _ => { }));
        return Bar(session).Start(context =>
        {
            ProgressTask task = context.AddTask(Markup.Escape(what));
            return work(new Stages(progress =>
            {
                task.Description = Markup.Escape(progress.Total > 0 ? $"{what}: {progress.Stage}" : $"{what}: {progress.Stage} {progress.Done}");
                task.IsIndeterminate = progress.Total == 0;
                (task.MaxValue, task.Value) = (Math.Max(progress.Total, 1), progress.Done);
            }));
        });
    }

    /// <summary>Runs a sweep.</summary>
    public static T TrackSweep<T>(this Session session, string what, Func<IProgress<SweepProgress>, T> work) => session.TrackStages(
        what, stages => work(new Parts(progress => stages.Report(new AttributionProgress(progress.Stage, progress.Done, progress.Total)))));

    private static Progress Bar(Session session) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        ColorSystem = session.UseColour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        Out = new AnsiConsoleOutput(session.Error),
    }).Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn { Width = 24 }, new PercentageColumn(), new RateColumn(), new TimeLeftColumn());

    private sealed class Stages(Action<AttributionProgress> report) : IProgress<AttributionProgress>
    {
        public void Report(AttributionProgress value) => report(value);
    }

    private sealed class Parts(Action<SweepProgress> report) : IProgress<SweepProgress>
    {
        public void Report(SweepProgress value) => report(value);
    }

    // Progress<T> would post to the thread pool and could report out of order.
    private sealed class Step(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
