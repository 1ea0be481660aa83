using System.CommandLine;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Rules.KernelNames;

namespace PlanForensics.Cli.Commands;

/// <summary><c>kernel</c>: what GPU kernel names say about the plans that ran.</summary>
internal static class KernelCommand
{
    private const string FromInput = "-";

    public static Command Create(Session session, CommandEntry entry)
    {
        Argument<string[]> names = new("NAME")
        {
            Description = "kernel names as a profiler shows them; none, or -: one a line from standard input",
            Arity = ArgumentArity.ZeroOrMore,
        };
        return new ToolCommand(
            entry,
            "kernel ampere_s16816gemm_bf16_128x64_ldg8_stages_64x4_tn",
            "kernel nvjet_tst_64x8_64x16_1x4_h_bz_splitK_bias_TNT --json")
        {
            names,
        }.Runs(parsed => Run(parsed, parsed.GetValue(names) ?? [], session));
    }

    private static ExitCode Run(ParseResult parsed, string[] names, Session session)
    {
        bool first = true;
        foreach (string name in names is [] or [FromInput] ? Lines(session) : names)
        {
            session.Cancellation.ThrowIfCancellationRequested();
            KernelDocument kernel = KernelDocument.Of(KernelNameParser.Parse(name));
            if (parsed.WantsJson())
                session.WriteJson(kernel, ToolJson.Lines.KernelDocument);
            else
                Print(session.Report, kernel, first);
            first = false;
        }

        return ExitCode.Same;
    }

    private static IEnumerable<string> Lines(Session session)
    {
        while (session.Input.ReadLine() is { } line)
            if (line.Length > 0)
                yield return line;
    }

    private static void Print(TextReport report, KernelDocument kernel, bool first)
    {
        if (!first)
            report.Line();
        report.Value("name", kernel.Name);
        Optional("family", kernel.Family);
        Optional("operator", kernel.Operator);
        Optional("tile", Text(kernel.Tile));
        Optional("instruction", Text(kernel.Instruction));
        Optional("stages", kernel.Stages);
        Optional("cluster", Text(kernel.Cluster));
        Optional("split_k", kernel.SplitK?.ToJsonString());
        Optional("slice_k", kernel.SliceK);
        Optional("operand", kernel.OperandFormat);
        Optional("accumulator", kernel.AccumulatorFormat);
        Optional("output", kernel.OutputFormat);
        Optional("workspace", kernel.WorkspaceFormat);
        Optional("layout", kernel.Layout);
        Optional("architecture", kernel.Architecture);
        if (kernel.Truncated)
            report.Value("truncated", "a part of the name is missing");

        void Optional(string label, object? value)
        {
            if (value is not null)
                report.Value(label, FormattableString.Invariant($"{value}"));
        }
    }

    private static string? Text(KernelExtentDocument? extent) =>
        extent is null ? null : FormattableString.Invariant($"M {extent.M?.ToString() ?? "?"}, N {extent.N?.ToString() ?? "?"}, K {extent.K?.ToString() ?? "?"}");
}
