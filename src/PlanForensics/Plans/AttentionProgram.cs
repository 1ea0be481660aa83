using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>The exact arithmetic of attention for one query row that sees <see cref="KeyCount"/> keys.</summary>
/// <remarks>
/// <para>Scores: <c>t_j = Scores(q, k_j)</c>, rounded to its output format. With the query scaled, <c>q = fl(q * c)</c> first (rounded to <see cref="Output"/>, the format of activations), else <c>s_j = fl(t_j * c)</c>,
/// <c>c = fl(1 / sqrt(head_dim))</c> in binary32. Base two: <c>c2 = fl(c * log2(e))</c> (or <c>log2(e)</c> with a scaled query), exponentials are <c>exp2(fma(t_j, c2, -fl(m * c2)))</c> with m the maximum of t;
/// base e: <c>exp(fl(s_j - m))</c> with m the maximum of s.</para>
/// <para>Naive (one part, one block): <c>l = Sum(e)</c>; probabilities normalised: <c>p_j = fl(e_j / l)</c> (or <c>fl(e_j * fl(1 / l))</c>), rounded to P, <c>o = Values(p, v)</c>;
/// else <c>p_j = e_j</c> rounded to P and <c>o = fl(Values(p, v) / l)</c>. l is always the sum of the unrounded exponentials.</para>
/// <para>Online: for each block in order, m' = max(m, max of the block); the first block sets <c>l = Sum(e)</c>, <c>o = Values(p, v)</c>; a later one has
/// <c>a = exp(fl(m - m'))</c> (base two: <c>exp2(fl(fl(m * c2) - fl(m' * c2)))</c>), <c>l = fl(fl(l * a) + Sum(e))</c> and <c>o = fl(fl(o * a) + Values(p, v))</c>
/// (fma: <c>fma(l, a, Sum(e))</c>, <c>fma(o, a, Values(p, v))</c>). At the end <c>o / l</c> as <see cref="Divide"/> says.</para>
/// <para>Split-KV: each part runs online without the final division, giving (m_i, l_i, o_i). M = max m_i; w_i = exp(fl(m_i - M)) as above; from part 0 on,
/// <c>l = fl(l_0 * w_0)</c>, then <c>l = fl(l + fl(l_i * w_i))</c> (fma: <c>fma(l_i, w_i, l)</c>), o likewise; then <c>o / l</c>. One part is not merged.</para>
/// <para>Accumulators carried: <c>a = exp(fl(m - m'))</c> (base two: <c>exp2(fl(fl(m - m') * c2))</c>), every lane's total and every output is multiplied by a (one rounding), then a block's
/// exponentials are added to their lanes in order, and Values runs on from the output instead of starting anew; the lanes are merged by <see cref="LaneMerge"/> after a part's last block.</para>
/// <para>Parts merged by log-sum-exp: part i is divided by its sum as <see cref="Divide"/> says, <c>lse_i = fl(m_i + log(l_i))</c> (base two with scaled scores: <c>fma(m_i, c, log(l_i))</c>),
/// <c>L = fl(log(sum of exp(fl(lse_i - max lse)) from part 0 on) + max lse)</c>, and from part 0 on <c>o = fl(o + fl(exp(fl(lse_i - L)) * o_i))</c> (fma: <c>fma(exp(fl(lse_i - L)), o_i, o)</c>) from +0.</para>
/// <para>Values programs end in the format pv_out (default fp32). The output is rounded to <see cref="Output"/>. Masked keys are not part of the program.</para>
/// </remarks>
public sealed class AttentionProgram : OperatorProgram
{
    private AttentionProgram(AttentionPlan plan, int keyCount, ReductionProgram scores, ImmutableArray<ImmutableArray<AttentionBlock>> parts, bool normalizes)
        : base(Print(plan, keyCount, scores, parts, normalizes))
    {
        KeyCount = keyCount;
        Scores = scores;
        Parts = parts;
        NormalizesProbabilities = normalizes;
        (Carry, PartMerge, SumLanes) = (plan.Carry, plan.PartMerge, plan.Carry == AttentionCarry.Accumulators ? plan.Sum : LaneTree.Sequential);
        LaneMerge = [.. parts.Select(part => MergeOf(SumLanes, part.Max(block => block.Count)))];
        (ScaleQuery, BaseTwo, Math, Probabilities, Divide, FusedRescale, Output) =
            (plan.ScaleQuery, plan.BaseTwo, plan.Math, plan.Probabilities, plan.Divide, plan.Rescale == ReductionStep.Fma, plan.Output);
    }

    /// <summary>Keys that the query sees.</summary>
    public int KeyCount { get; }

    /// <summary>Program of one score over the head dimension.</summary>
    public ReductionProgram Scores { get; }

    /// <summary>Parts (split-KV), each a list of blocks in order.</summary>
    public ImmutableArray<ImmutableArray<AttentionBlock>> Parts { get; }

    /// <summary>Whether probabilities are divided by the sum before they weight the values.</summary>
    public bool NormalizesProbabilities { get; }

    /// <summary>Whether the query is scaled rather than the scores.</summary>
    public bool ScaleQuery { get; }

    /// <summary>Whether exponentials are powers of two.</summary>
    public bool BaseTwo { get; }

    /// <summary>exp implementation.</summary>
    public MathPath Math { get; }

    /// <summary>Format of the probabilities.</summary>
    public NumericFormat Probabilities { get; }

    /// <summary>How the sum divides.</summary>
    public Division Divide { get; }

    /// <summary>Whether rescaling is fused with the addition.</summary>
    public bool FusedRescale { get; }

    /// <summary>What one block hands to the next.</summary>
    public AttentionCarry Carry { get; }

    /// <summary>How parts are joined.</summary>
    public AttentionMerge PartMerge { get; }

    /// <summary>The lanes that a carried sum keeps from block to block; one where blocks are summed by themselves.</summary>
    public LaneTree SumLanes { get; }

    /// <summary>For each part the program that merges the lanes of a carried sum: term l is lane l's total.</summary>
    public ImmutableArray<ReductionProgram> LaneMerge { get; }

    /// <summary>Output format.</summary>
    public NumericFormat Output { get; }

    internal static AttentionProgram From(AttentionPlan plan, int keyCount, int headDimension)
    {
        var scores = new ReductionProgram(
            headDimension, GemmLowering.Slices(plan.Scores, new IndexRange(0, headDimension)), plan.Scores.Operand, plan.Scores.Operand,
            [new EpilogueStep(EpilogueKind.Round, plan.Scores.Output)]);
        int block = plan.Algorithm == AttentionAlgorithm.Naive ? keyCount : System.Math.Min(plan.KvBlock, plan.Partition > 0 ? plan.Partition : int.MaxValue);
        int blocks = (keyCount + block - 1) / block;
        int part = plan.Algorithm != AttentionAlgorithm.SplitKv ? keyCount
            : plan.Partition > 0 ? plan.Partition
            : (int)System.Math.Min((blocks + plan.Splits - 1) / plan.Splits * (long)block, keyCount);
        var programs = new Dictionary<int, (ReductionProgram Values, ReductionProgram Sum)>();
        var parts = ImmutableArray.CreateBuilder<ImmutableArray<AttentionBlock>>();
        for (long start = 0; start < keyCount; start += part)
        {
            int end = (int)System.Math.Min(start + part, keyCount);
            var list = ImmutableArray.CreateBuilder<AttentionBlock>();
            for (int first = (int)start; first < end; first += block)
            {
                int count = System.Math.Min(block, end - first);
                if (!programs.TryGetValue(count, out var pair))
                    programs[count] = pair = (ValuesProgram(plan, count), SumProgram(plan, count));
                list.Add(new AttentionBlock(first, count, pair.Values, pair.Sum));
            }

            parts.Add(list.ToImmutable());
        }

        bool normalizes = plan.Algorithm == AttentionAlgorithm.Naive && plan.NormalizeProbabilities;
        return new AttentionProgram(plan, keyCount, scores, parts.ToImmutable(), normalizes);
    }

    private static ReductionProgram ValuesProgram(AttentionPlan plan, int count) => new(
        count, GemmLowering.Slices(plan.Values, new IndexRange(0, count)), plan.Values.Operand, plan.Values.Operand,
        [new EpilogueStep(EpilogueKind.Round, plan.Values.Output)]);

    private static ReductionProgram SumProgram(AttentionPlan plan, int count) => new(
        count, ChainMerge.Lanes([new IndexRange(0, count)], ReductionStep.Add, plan.Sum, NumericFormat.Fp32, startsAtZero: false), NumericFormat.Fp32, NumericFormat.Fp32);

    /// <summary>Lanes that never own a key take no part.</summary>
    private static ReductionProgram MergeOf(LaneTree tree, int longestBlock)
    {
        int lanes = System.Math.Min(tree.Lanes, (longestBlock + tree.Vector - 1) / tree.Vector);
        return new ReductionProgram(
            lanes, ChainMerge.Lanes([new IndexRange(0, lanes)], ReductionStep.Add, tree with { Vector = 1 }, NumericFormat.Fp32, startsAtZero: false), NumericFormat.Fp32, NumericFormat.Fp32);
    }

    private static string Print(
        AttentionPlan plan, int keyCount, ReductionProgram scores, ImmutableArray<ImmutableArray<AttentionBlock>> parts, bool normalizes)
    {
        bool one = parts is [[_]];
        return string.Create(CultureInfo.InvariantCulture, $"attention keys={keyCount} scale={(plan.ScaleQuery ? "query" : "scores")} exp_base={(plan.BaseTwo ? "2" : "e")} ")
            + $"math={PlanNames.Of(plan.Math)} p={NumericFormats.NameOf(plan.Probabilities)} normalize={(normalizes ? "probabilities" : "output")} divide={PlanNames.Of(plan.Divide)} "
            + (one ? "" : Joining(plan, parts.Length)) + $"out={NumericFormats.NameOf(plan.Output)} scores: {scores.Text} blocks: {string.Join(" | ", parts.Select(Print))}";
    }

    private static string Joining(AttentionPlan plan, int parts)
    {
        var text = new PlanTextWriter("");
        plan.Sum.Write(text, "sum_");
        return (plan.Carry == AttentionCarry.Accumulators ? $"carry=accumulators{text} " : "")
            + (parts > 1 && plan.PartMerge == AttentionMerge.LogSumExp ? "part_merge=log_sum_exp " : "")
            + $"rescale={plan.Rescale} ";
    }

    /// <summary>A run of equal blocks is written once: <c>START+COUNTxREPEATS v(...) s(...)</c>.</summary>
    private static string Print(ImmutableArray<AttentionBlock> part)
    {
        var text = new StringBuilder();
        for (int index = 0; index < part.Length;)
        {
            AttentionBlock block = part[index];
            int repeats = 1;
            while (index + repeats < part.Length && part[index + repeats].Count == block.Count)
                repeats++;
            text.Append(index == 0 ? "" : ", ").Append(CultureInfo.InvariantCulture, $"{block.Start}+{block.Count}");
            if (repeats > 1)
                text.Append(CultureInfo.InvariantCulture, $"x{repeats}");
            text.Append(" v(").Append(block.Values.Text).Append(") s(").Append(block.Sum.Text).Append(')');
            index += repeats;
        }

        return text.ToString();
    }
}
