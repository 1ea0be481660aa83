using System.CommandLine;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Plans;

namespace PlanForensics.Cli.Commands;

/// <summary><c>plan</c>: what plans mean. Needs no model and no recording.</summary>
internal static class PlanCommand
{
    private static readonly Option<OperatorShape> Shape = ShapeOption.Create();

    private static readonly Option<bool> Bias = new("--bias") { Description = "the product adds a bias (gemm only)" };

    public static Command Create(Session session, CommandEntry entry) => new ToolCommand(entry, "plan explain split_k4 --shape 8,64,256")
    {
        Explain(session),
        Diff(session),
        List(session),
    };

    private static ToolCommand Explain(Session session)
    {
        Argument<string[]> text = new("TEXT")
        {
            Description = "a plan, for example \"gemm split_k=4 staging=bf16\", or a name that \"plan list\" shows",
            Arity = ArgumentArity.OneOrMore,
        };
        return new ToolCommand(
            "explain",
            "lowers a plan at a shape: the exact order of every rounding, its class and fingerprint",
            "plan explain \"gemm split_k=4 staging=bf16\" --shape 8,64,256",
            "plan explain gemv_warp32 --shape 1,96,288 --bias --json")
        {
            text, Shape, Bias,
        }.Runs(parsed => ExplainOne(parsed, string.Join(' ', parsed.GetRequiredValue(text)), session));
    }

    private static ToolCommand Diff(Session session)
    {
        Argument<string> a = new("TEXT_A") { Description = "a plan or a name that \"plan list\" shows" };
        Argument<string> b = new("TEXT_B") { Description = "another one" };
        return new ToolCommand(
            "diff",
            "says whether two plans are one class at a shape: equal programs, equal bits on every input",
            "plan diff gemm split_k4 --shape 8,64,256",
            "plan diff \"gemm tile=64x64x16\" gemm --shape 8,64,256")
        {
            a, b, Shape, Bias,
        }.Runs(parsed => DiffTwo(parsed, parsed.GetRequiredValue(a), parsed.GetRequiredValue(b), session));
    }

    private static ToolCommand List(Session session) =>
        new ToolCommand("list", "lists the named matrix product plans", "plan list", "plan list --json").Runs(parsed => ListAll(parsed, session));

    private static ExitCode ExplainOne(ParseResult parsed, string text, Session session)
    {
        LoweredPlan lowered = Lower(parsed, text);
        if (parsed.WantsJson())
        {
            session.WriteJson(PlanExplanationDocument.Of(lowered), ToolJson.Documents.PlanExplanationDocument);
            return ExitCode.Same;
        }

        TextReport report = session.Report;
        report.Value("plan", lowered.Plan.Text);
        report.Value("fingerprint", lowered.Plan.Fingerprint.Hex);
        report.Value("shape", lowered.ShapeText);
        report.Section("in words", lowered.Words);
        report.Value("program", lowered.Program.Text);
        report.Value("class", lowered.Program.Fingerprint.Hex);
        return ExitCode.Same;
    }

    private static ExitCode DiffTwo(ParseResult parsed, string textA, string textB, Session session)
    {
        LoweredPlan a = Lower(parsed, textA);
        LoweredPlan b = Lower(parsed, textB);
        bool same = a.Program.Equals(b.Program);
        if (parsed.WantsJson())
        {
            session.WriteJson(PlanDiffDocument.Of(a, b), ToolJson.Documents.PlanDiffDocument);
            return same ? ExitCode.Same : ExitCode.Different;
        }

        TextReport report = session.Report;
        report.Value("shape", a.ShapeText);
        report.Value("plan A", a.Plan.Text);
        report.Value("plan B", b.Plan.Text);
        report.Value("program A", a.Program.Text);
        if (!same)
            report.Value("program B", b.Program.Text);
        report.Value("class A", a.Program.Fingerprint.Hex);
        report.Value("class B", b.Program.Fingerprint.Hex);
        report.Line(same
            ? "one class: equal programs, so equal bits on every input"
            : "two classes: the programs differ, so bits may");
        return same ? ExitCode.Same : ExitCode.Different;
    }

    private static ExitCode ListAll(ParseResult parsed, Session session)
    {
        KeyValuePair<string, OperatorPlan>[] plans = [.. PlanCatalog.Operators];
        if (parsed.WantsJson())
        {
            session.WriteJson(
                new PlanListDocument { Plans = [.. plans.Select(entry => PlanListEntry.Of(entry.Key, entry.Value))] }, ToolJson.Documents.PlanListDocument);
            return ExitCode.Same;
        }

        ReportTable table = new("name", "plan");
        foreach ((string name, OperatorPlan plan) in plans)
            table.Add(name, plan.Text);
        session.Report.Table(table);
        return ExitCode.Same;
    }

    private static LoweredPlan Lower(ParseResult parsed, string text)
    {
        OperatorShape shape = parsed.GetRequiredValue(Shape) with { HasBias = parsed.GetValue(Bias) };
        OperatorPlan plan = PlanText.ReadOperator(text);
        return new LoweredPlan(PlanExplanation.Of(plan, shape), shape);
    }
}
