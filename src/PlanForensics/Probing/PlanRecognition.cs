using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Probing;

/// <summary>Finds a plan that lowers to a recovered program: known plans, the catalogue, then the cuts of K that the program's own strides and block lengths suggest.</summary>
internal static class PlanRecognition
{
    private const int MostTerms = 1 << 14;

    /// <summary>The plan, and its name where it is one of the catalogue; a <see cref="ProgramPlan"/> where no other is known.</summary>
    public static (OperatorPlan Plan, string? Name) Find(ReductionProgram program, BlackBox box, IEnumerable<OperatorPlan> known)
    {
        (OperatorPlan? plan, string? name) = Search(program, box, known);
        return (plan ?? new ProgramPlan(program), name);
    }

    /// <summary>The plan that differs in starts at +0.0 alone, or null.</summary>
    public static OperatorPlan? FindButForStarts(ReductionProgram program, BlackBox box, IEnumerable<OperatorPlan> known)
    {
        if (program.Root is not { } root)
            return null;
        var stripped = new ReductionProgram(program.Depth, WithoutStarts(root), program.OperandA, program.OperandB, program.Epilogue);
        return stripped.Equals(program) ? null : Search(stripped, box, known).Plan;
    }

    private static ReductionChain WithoutStarts(ReductionChain chain) =>
        new(chain.Accumulator, [.. chain.Items.Select(item => item is ReductionChain inner ? WithoutStarts(inner) : item)], chain.StoredAs);

    private static (OperatorPlan? Plan, string? Name) Search(ReductionProgram program, BlackBox box, IEnumerable<OperatorPlan> known)
    {
        var shape = new OperatorShape(1, 1, program.Depth);
        foreach (OperatorPlan plan in known)
            if (LowersTo(plan, shape, program))
                return (plan, null);
        if (program.Depth > MostTerms || program.Root is null)
            return (null, null);
        if (!box.HasProducts)
            return (Suggested(program, box).Select(AsSum).FirstOrDefault(plan => plan is not null && LowersTo(plan, shape, program)), null);
        foreach ((string name, GemmPlan entry) in PlanCatalog.Gemms.OrderBy(entry => entry.Value.Text.Length).ThenBy(entry => entry.Key, StringComparer.Ordinal))
        {
            GemmPlan plan = entry with { Operand = program.OperandA, Output = box.Output };
            if (LowersTo(plan, shape, program))
                return (plan, name);
        }

        return (Suggested(program, box).FirstOrDefault(plan => LowersTo(plan, shape, program)), null);
    }

    /// <summary>The sum over lanes that a plan without other cuts is, or null.</summary>
    private static SumPlan? AsSum(GemmPlan plan) => plan is { BlockK: 0, SplitK: 1, Accumulator: NumericFormat.Fp32 or NumericFormat.Fp64 }
        ? new SumPlan { Accumulator = plan.Accumulator, Lanes = plan.Lanes, StartsAtZero = plan.StartsAtZero, Output = plan.Output }
        : null;

    private static bool LowersTo(OperatorPlan plan, OperatorShape shape, ReductionProgram program)
    {
        try
        {
            return plan.Lower(shape) switch
            {
                GemmProgram { Uniform: { } lowered } => lowered.Equals(program),
                SumProgram sum => sum.Sum.Equals(program),
                _ => false,
            };
        }
        catch (Exception exception) when (exception is PlanNotSupportedException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Plans with the program's step, simplest first.</summary>
    private static IEnumerable<GemmPlan> Suggested(ReductionProgram program, BlackBox box)
    {
        ReductionChain root = program.Root!;
        var segments = new List<ReductionSegment>();
        var chains = new List<ReductionChain>();
        Collect(root, segments, chains);
        ReductionStep step = segments.GroupBy(segment => segment.Step).MaxBy(group => group.Sum(segment => segment.Count))!.Key;
        NumericFormat? staging = chains.Select(chain => chain.StoredAs).FirstOrDefault(format => format is not null);
        NumericFormat accumulator = chains.Count > 0 && staging is not null ? chains.First(chain => chain.StoredAs is not null).Accumulator : root.Accumulator;
        int[] strides = [.. segments.Where(segment => segment.Count > 1).Select(segment => Math.Abs(segment.Stride)).Where(stride => stride > 1).Distinct().OrderDescending().Take(3)];
        (int Lanes, int Vector)[] vectors = [.. chains.Prepend(root).Select(Vectors).Where(pair => pair.Lanes > 1).Distinct().Take(2)];
        (int Lanes, int Vector)[] lanes = [(1, 1), .. vectors, .. strides.SelectMany(stride => (int[])[1, 2, 4, 8], (stride, vector) => (stride / vector, vector)).Where(pair => pair.Item1 > 1 && pair.Item1 <= 4096)];
        int[] blocks = [0, .. root.Items.OfType<ReductionChain>().Select(chain => chain.TermCount).Prepend(root.Items[0].TermCount).Where(count => count > 1 && count < program.Depth && count <= 65536).Distinct().Take(4)];
        bool zero = root.StartsAtZero || chains.Exists(chain => chain.StartsAtZero);
        foreach (int block in blocks)
        {
            foreach ((int count, int vector) in lanes)
            {
                foreach (MergeOrder merge in count == 1 ? [MergeOrder.Butterfly] : (MergeOrder[])[MergeOrder.Butterfly, MergeOrder.Neighbours, MergeOrder.Forward])
                {
                    var plan = new GemmPlan
                    {
                        Step = step, Operand = program.OperandA, Accumulator = accumulator, Output = box.Output, BlockK = block, StartsAtZero = zero,
                        Lanes = new LaneTree { Lanes = count, Vector = vector, Merge = merge },
                    };
                    yield return plan;
                    if (block > 0)
                        foreach (GemmPlan split in Splits(plan, program.Depth, block, staging))
                            yield return split;
                }
            }
        }
    }

    /// <summary>Lanes that take runs of successive terms: the length of a chain's first run, and its distance from the next.</summary>
    private static (int Lanes, int Vector) Vectors(ReductionChain chain) =>
        chain.Items is [ReductionSegment { Stride: 1 } first, ReductionSegment second, ..] && second.Start > first.Start && first.Count <= 64 && (second.Start - first.Start) % first.Count == 0
            ? ((second.Start - first.Start) / first.Count, first.Count)
            : (1, 1);

    private static IEnumerable<GemmPlan> Splits(GemmPlan plan, int depth, int chunk, NumericFormat? staging)
    {
        int slices = (depth + chunk - 1) / chunk;
        if (slices is < 2 or > 1024)
            yield break;
        foreach (MergeOrder merge in (MergeOrder[])[MergeOrder.Forward, MergeOrder.Butterfly, MergeOrder.Neighbours])
            foreach (int grain in ((int[])[1, chunk]).Distinct())
                foreach (NumericFormat accumulator in ((NumericFormat[])[NumericFormat.Fp32, staging ?? NumericFormat.Fp32]).Distinct())
                    yield return plan with { BlockK = 0, SplitK = slices, SplitGrain = grain, Merge = merge, Staging = staging ?? NumericFormat.Fp32, MergeAccumulator = accumulator };
    }

    private static void Collect(ReductionChain chain, List<ReductionSegment> segments, List<ReductionChain> chains)
    {
        foreach (ReductionItem item in chain.Items)
        {
            if (item is ReductionSegment segment)
            {
                segments.Add(segment);
                continue;
            }

            chains.Add((ReductionChain)item);
            Collect((ReductionChain)item, segments, chains);
        }
    }
}
