using System.Globalization;
using System.Text.Json;

namespace PlanForensics.Benchmarks.Peers;

/// <summary>The table of ratios: rows as they are measured, then what missed its target.</summary>
internal static class PeerTable
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static void Run(string[] options)
    {
        bool isJson = options.Contains("--json");
        OpenBlas? openBlas = OpenBlas.TryLoad();
        var machine = new Lazy<Machine>();
        if (Benchmarks.Groups.Select("peers", Groups(machine, openBlas), options) is not { } wanted)
            return;
        if (!isJson)
            Header(machine.Value, openBlas);
        var rows = new List<PeerRow>();
        foreach (Func<IEnumerable<PeerRow>> group in wanted)
        {
            foreach (PeerRow row in group())
            {
                rows.Add(row);
                if (!isJson)
                    Print(row);
            }
        }

        if (isJson)
            Console.WriteLine(JsonSerializer.Serialize(rows, Json));
        else
            Console.WriteLine(Invariant($"{rows.Count(row => row.IsMet)} of {rows.Count} targets met; peak memory {System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64 / 1e9:F1} GB"));
    }

    private static (string Name, Func<IEnumerable<PeerRow>> Rows)[] Groups(Lazy<Machine> machine, OpenBlas? openBlas) =>
    [
        ("products", () => ProductRows.Run(machine.Value, openBlas)),
        ("bf16", () => ProductRows.RunBf16(machine.Value)),
        ("vectors", () => VectorRows.Run(openBlas)),
        ("tensorcore", TensorCoreRows.Run),
        ("diff", DiffRows.Run),
        ("decode", DecodeRows.Run),
        ("replay", ReplayRows.Run),
        ("store", StoreRows.Run),
        ("recorder", RecorderRows.Run),
        ("tool", ToolRows.Run),
    ];

    private static void Header(Machine machine, OpenBlas? openBlas)
    {
        Console.WriteLine(Invariant($"{Machine.Name}, {Environment.ProcessorCount} processors, .NET {Environment.Version}, kernels {Kernels.KernelSelection.Default.Name}"));
        Console.WriteLine(openBlas?.Description ?? "OpenBLAS is not installed: its rows have one peer less");
        foreach (int threads in (int[])[1, 2])
            Console.WriteLine(Invariant($"{threads} thread{(threads == 1 ? "" : "s")}: FMA peak {machine.PeakFlops(threads) / 1e9:F0} GFLOP/s, read bandwidth {machine.ReadBandwidth(threads) / 1e9:F1} GB/s"));
        Console.WriteLine();
        Console.WriteLine($"{"work",-52} {"thr",3} {"ours",10} {"peer",10} {"",-2} {"ratio",6}  target");
    }

    private static void Print(PeerRow row)
    {
        Console.WriteLine(Invariant($"{row.Work,-52} {row.Threads,3} {Figure(row.Ours),10} {Figure(row.Peer),10} {row.Unit,-2} {row.Ratio,6:F2}  {row.Target}{(row.IsMet ? "" : "  MISSED")}"));
        Console.WriteLine($"    against {row.PeerName}; bits: {row.Bits}{(row.Note.Length > 0 ? "; " + row.Note : "")}");
    }

    private static string Figure(double value) => value.ToString(value < 0.1 ? "F5" : value < 10 ? "F3" : "F1", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
