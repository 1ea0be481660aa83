using System.Reflection;

namespace PlanForensics.Reporting.Html;

/// <summary>The report's style, its script and the chart library, as embedded in the assembly.</summary>
internal static class ReportAssets
{
    /// <summary>D3 7.9.2, which Observable Plot draws with.</summary>
    public static string D3 => field ??= Read("d3.d3.min.js");

    /// <summary>Observable Plot 0.6.17.</summary>
    public static string Plot => field ??= Read("observable_plot.plot.umd.min.js");

    public static string D3Licence => field ??= Read("d3.LICENSE");

    public static string PlotLicence => field ??= Read("observable_plot.LICENSE");

    public static string Script => field ??= Read("report.js");

    public static string Style => field ??= Read("report.css");

    private static string Read(string name)
    {
        string resource = $"PlanForensics.Reporting.Assets.{name}";
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"the assembly holds no resource {resource}; it was built incompletely");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
