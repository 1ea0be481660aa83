using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace PlanForensics.Cli.Output;

/// <summary>How many units of work are done in a second.</summary>
internal sealed class RateColumn : ProgressColumn
{
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(Of(task.Value, task.ElapsedTime, task.IsIndeterminate));

    /// <summary>The mean rate so far, three digits; empty before anything is known.</summary>
    public static string Of(double done, TimeSpan? elapsed, bool isIndeterminate)
    {
        if (isIndeterminate || done <= 0 || elapsed is not { TotalSeconds: > 0.2 } time)
            return "";
        double rate = done / time.TotalSeconds;
        return rate >= 100 ? string.Create(CultureInfo.InvariantCulture, $"{rate:#,0}/s") : rate >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{rate:0.0}/s") : string.Create(CultureInfo.InvariantCulture, $"{60 * rate:0.0}/min");
    }
}
