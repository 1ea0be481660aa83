using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace PlanForensics.Cli.Output;

/// <summary>How long the rest will take at the mean rate so far.</summary>
internal sealed class TimeLeftColumn : ProgressColumn
{
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(Of(task.Value, task.MaxValue, task.ElapsedTime, task.IsIndeterminate));

    /// <summary>For example <c>1:05 left</c>; empty where it cannot be known yet.</summary>
    public static string Of(double done, double total, TimeSpan? elapsed, bool isIndeterminate)
    {
        if (isIndeterminate || done <= 0 || done >= total || elapsed is not { TotalSeconds: > 0.5 } time)
            return "";
        TimeSpan left = TimeSpan.FromSeconds(Math.Min(time.TotalSeconds * (total - done) / done, TimeSpan.FromDays(99).TotalSeconds));
        return left.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalHours}:{left.Minutes:00}:{left.Seconds:00} left")
            : string.Create(CultureInfo.InvariantCulture, $"{left.Minutes}:{left.Seconds:00} left");
    }
}
