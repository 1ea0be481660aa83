using System.Globalization;
using PlanForensics.Cli.Output;
using PlanForensics.Plans;

namespace PlanForensics.Cli.Commands;

/// <summary>A plan, a shape, and the program it lowers to there.</summary>
internal sealed record LoweredPlan(PlanExplanation Explanation, OperatorShape Shape)
{
    public OperatorPlan Plan => Explanation.Plan;

    public OperatorProgram Program => Explanation.Program;

    /// <summary>What the program does, in words: the explanation's lines but for plan, program and class, which are printed on their own.</summary>
    public IEnumerable<string> Words => Explanation.Lines.Where(line => !Printed.Any(start => line.StartsWith(start, StringComparison.Ordinal)));

    /// <summary>The shape in the words of the plan's family.</summary>
    public string ShapeText => Plan switch
    {
        GemmPlan or PlanMap or ProgramPlan or AllReducePlan => Text($"M={Shape.Rows} N={Shape.Columns} K={Shape.Depth}{(Shape.HasBias ? ", with bias" : "")}"),
        AttentionPlan => Text($"{Numbers.Count(Shape.Rows, "query position")}, {Numbers.Count(Shape.Columns, "key")}, head dimension {Shape.Depth}"),
        _ => Text($"{Numbers.Count(Shape.Rows, "row")} of {Shape.Depth}"),
    };

    private static string[] Printed => ["plan: ", "program: ", "class: "];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
