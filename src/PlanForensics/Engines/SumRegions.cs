using PlanForensics.Plans;

namespace PlanForensics.Engines;

/// <summary>Sums whose order differs from one output to the next: one plan, or a map with a row an output.</summary>
internal static class SumRegions
{
    private const int MostRegions = 256;

    /// <summary>The plan of all outputs.</summary>
    /// <param name="outputs">Outputs.</param>
    /// <param name="terms">Terms of each.</param>
    /// <param name="planOf">The plan of one output: a sum or a program.</param>
    public static PlanDecision Decide(int outputs, int terms, Func<int, OperatorPlan> planOf)
    {
        OperatorPlan[] plans = [.. Enumerable.Range(0, outputs).Select(planOf)];
        if (Array.TrueForAll(plans, plan => plan.Equals(plans[0])))
            return PlanDecision.Of(plans[0]);
        var regions = new PlanRegions(outputs, 1);
        int count = 0;
        for (int first = 0; first < outputs; count++)
        {
            int end = first + 1;
            while (end < outputs && plans[end].Equals(plans[first]))
                end++;
            regions.Add(first, end - first, 0, 1, plans[first] is SumPlan sum ? new ProgramPlan(((SumProgram)sum.Lower(new OperatorShape(1, 1, terms))).Sum) : plans[first]);
            first = end;
        }

        return count <= MostRegions
            ? PlanDecision.Of(regions.ToPlan())
            : PlanDecision.Decline($"outputs fall into {count} runs of one order each; a map has at most {MostRegions} regions");
    }
}
