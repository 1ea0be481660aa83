using System.Globalization;
using System.Text.Json;
using PlanForensics.Benchmarks.Peers;
using PlanForensics.Kernels;

namespace PlanForensics.Benchmarks.Scaling;

/// <summary>How times grow with a size: Markdown tables, or JSON lines of the same figures.</summary>
internal static class ScalingTable
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static readonly (string Name, Func<IEnumerable<ScalingRow>> Rows)[] Groups =
    [
        ("rows", GemmScaling.OverRows),
        ("depth", GemmScaling.OverDepth),
        ("kernels", GemmScaling.OverKernels),
        ("plans", PlanScaling.Run),
        ("store", StoreScaling.Run),
    ];

    public static void Run(string[] options)
    {
        bool isJson = options.Contains("--json");
        if (Benchmarks.Groups.Select("scaling", Groups, options) is not { } wanted)
            return;
        if (!isJson)
            Console.WriteLine($"{Machine.Name}, {Environment.ProcessorCount} processors, .NET {Environment.Version}, kernels {KernelSelection.Default.Name}; {OpenBlas.TryLoad()?.Description ?? "OpenBLAS is not installed"}");
        foreach (Func<IEnumerable<ScalingRow>> rows in wanted)
        {
            string table = "";
            foreach (ScalingRow row in rows())
            {
                if (isJson)
                    Console.WriteLine(JsonSerializer.Serialize(row, Json));
                else
                    Print(row, row.Table != table);
                table = row.Table;
            }
        }
    }

    private static void Print(ScalingRow row, bool isFirst)
    {
        if (isFirst)
        {
            Console.WriteLine($"\n{row.Table}\n\n| | threads | {string.Join(" | ", row.Figures.Select(figure => figure.Key))} |");
            Console.WriteLine($"|---|---|{string.Concat(row.Figures.Select(_ => "---:|"))}");
        }

        Console.WriteLine($"| {row.Work} | {row.Threads} | {string.Join(" | ", row.Figures.Select(figure => Figure(figure.Value)))} |");
    }

    private static string Figure(double? value) => value is not { } figure ? "" : figure.ToString(figure < 0.1 ? "F4" : figure < 10 ? "F2" : figure < 1000 ? "F1" : "F0", CultureInfo.InvariantCulture);
}
