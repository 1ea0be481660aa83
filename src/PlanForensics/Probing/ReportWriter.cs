using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Probing;

/// <summary>Puts a report together: joins groups with one order, names their plans, and says what was not seen.</summary>
internal static class ReportWriter
{
    private const int MostRegions = 256;

    public static ProbeReport Write(
        BlackBox box, ProbeOptions options, List<ProbedGroup> groups, ProbeOutcome outcome, string reason, int inconsistent, int units, ProbeCalls calls, long pairs, TimeSpan elapsed)
    {
        ImmutableArray<ProbedClass> classes = [.. groups.GroupBy(group => group.Key).Select(group => Class(box, options, [.. group])).OrderByDescending(found => found.OutputCount)];
        return new ProbeReport
        {
            Outcome = outcome, Reason = reason, Classes = classes, Plan = outcome == ProbeOutcome.Recovered ? Whole(classes) : null, InconsistentGroups = inconsistent, UnitsPerCall = units,
            Calls = calls, Pairs = pairs, Elapsed = elapsed, Unseen = [.. Unseen(box, options, classes)],
        };
    }

    private static ProbedClass Class(BlackBox box, ProbeOptions options, ProbedGroup[] groups)
    {
        ProbedGroup first = groups[0];
        int[] outputs = [.. groups.SelectMany(group => group.Group.Outputs)];
        (OperatorPlan? plan, string? name) = first.Program is { } program ? PlanRecognition.Find(program, box, options.KnownPlans) : (null, null);
        return new ProbedClass
        {
            Regions = [.. OutputRegion.Cut(outputs, box.Columns)], OutputCount = outputs.Length, Tree = first.Finding.Tree, Program = first.Program, Plan = plan, CatalogName = name,
            PlanButForZeroSigns = plan is ProgramPlan ? PlanRecognition.FindButForStarts(first.Program!, box, options.KnownPlans) : null,
            MatrixUnits = first.Arithmetic.Dot is { } dot
                ? [.. TensorCoreCatalog.All.Where(model => model.Step == dot && model.Operand == box.Operand).Select(model => model.Gpu).Distinct()]
                : [],
            Reason = first.Reason, UnclearTerms = first.Arithmetic.Terms.Count(term => term == TermRounding.Unclear), FlushesSubnormals = first.Arithmetic.FlushesSubnormals,
        };
    }

    private static OperatorPlan? Whole(ImmutableArray<ProbedClass> classes)
    {
        if (classes.Length == 0 || classes.Any(found => found.Plan is null))
            return null;
        if (classes.Length == 1)
            return classes[0].Plan;
        (OutputRegion Region, OperatorPlan Plan)[] regions = [.. classes.Skip(1).SelectMany(found => found.Regions.Select(region => (region, InMap(found))))];
        return regions.Length >= MostRegions
            ? null
            : new PlanMap([.. regions.Select(item => Region(item.Region, item.Plan)), new PlanMapRegion(null, null, InMap(classes[0]))]);
    }

    /// <summary>A map's regions hold matrix products' plans: a sum goes in as its program.</summary>
    private static OperatorPlan InMap(ProbedClass found) => found.Plan is SumPlan ? new ProgramPlan(found.Program!) : found.Plan!;

    private static PlanMapRegion Region(OutputRegion region, OperatorPlan plan) => new(
        (region.RowStart, region.RowStart + region.RowCount - 1), (region.ColumnStart, region.ColumnStart + region.ColumnCount - 1), plan);

    private static IEnumerable<string> Unseen(BlackBox box, ProbeOptions options, ImmutableArray<ProbedClass> classes)
    {
        yield return "Other shapes, thread counts, layouts and buffer addresses: the order is that of the operator as it was called here.";
        yield return "Infinities and NaN, and orders that depend on the values.";
        if (!options.Precision || !PrecisionProbe.Applies(box))
            yield return "The precision of partial sums, and starts at +0.0: every sum is taken to be fp32 that starts with its first term.";
        if (box.Output != NumericFormat.Fp32)
            yield return $"The precision of the last addition: the output is rounded to {NumericFormats.NameOf(box.Output)}.";
        if (box.HasProducts && !ProductProbe.Applies(box))
            yield return "Whether products are fused: they are exact in fp32 (those of bf16 as long as they do not underflow), and are written as fma.";
        if (classes.Any(found => found.Program is not null && !found.Tree.IsBinary))
            yield return "The exponent that a zero operand of a fused addition counts with: the default of its alignment bits is written.";
        if (classes.Any(found => found.FlushesSubnormals && found.Program?.Text.Contains("bf16pair", StringComparison.Ordinal) == false))
            yield return "Subnormal results are flushed to zero by the operator; the program keeps them.";
        if (classes.Any(found => found.Program?.Text.Contains("bf16pair", StringComparison.Ordinal) == true))
            yield return "Which product of a chain's first pair goes first, and a lone last term: written as bf16pair because subnormal results are flushed.";
    }
}
