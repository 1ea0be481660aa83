using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Reference;

/// <summary>Attention of one head and one query, as <see cref="AttentionProgram"/> states it.</summary>
internal static class ReferenceAttention
{
    private const float Log2E = 1.44269504f; // 0x3FB8AA3B

    public static void Run(AttentionProgram program, ReadOnlySpan<float> query, KeyValueCache cache, int head, Span<float> output)
    {
        float scale = 1 / MathF.Sqrt(query.Length);
        float[] scores = Scores(program, query, cache, head, scale);
        float baseScale = program.BaseTwo ? (program.ScaleQuery ? Log2E : scale * Log2E) : 0;
        State? merged = null;
        float largest = float.NegativeInfinity;
        State[] parts = [.. program.Parts.Select((part, index) => program.Carry == AttentionCarry.Accumulators && part.Length > 1
            ? Carried(program, index, scores, cache, head, baseScale)
            : Part(program, part, scores, cache, head, baseScale))];
        if (parts.Length > 1 && program.PartMerge == AttentionMerge.LogSumExp)
        {
            MergeNormalized(program, parts, scale, output);
            return;
        }

        foreach (State part in parts)
            largest = Max(largest, part.Largest);
        foreach (State part in parts)
            merged = parts.Length == 1 ? part : Merge(program, merged, part, largest, baseScale);
        for (int d = 0; d < output.Length; d++)
        {
            float value = program.NormalizesProbabilities ? merged!.Output[d] : Divide(program.Divide, merged!.Output[d], merged.Sum);
            output[d] = Rounding.ToFormat(value, program.Output);
        }
    }

    private static float[] Scores(AttentionProgram program, ReadOnlySpan<float> query, KeyValueCache cache, int head, float scale)
    {
        float[] scaled = query.ToArray();
        if (program.ScaleQuery)
            for (int d = 0; d < scaled.Length; d++)
                scaled[d] = Rounding.ToFormat(scaled[d] * scale, program.Output);
        float[] scores = new float[program.KeyCount];
        float[] key = new float[query.Length];
        for (int position = 0; position < scores.Length; position++)
        {
            for (int d = 0; d < key.Length; d++)
                key[d] = cache.Keys(head)[(d * cache.Capacity) + position];
            float score = ReductionInterpreter.Run(program.Scores, scaled, key);
            scores[position] = program.ScaleQuery || program.BaseTwo ? score : score * scale;
        }

        return scores;
    }

    private static State Part(AttentionProgram program, IReadOnlyList<AttentionBlock> blocks, float[] scores, KeyValueCache cache, int head, float baseScale)
    {
        State? running = null;
        foreach (AttentionBlock block in blocks)
        {
            float largest = running?.Largest ?? float.NegativeInfinity;
            for (int index = 0; index < block.Count; index++)
                largest = Max(largest, scores[block.Start + index]);
            float[] exponentials = new float[block.Count];
            for (int index = 0; index < block.Count; index++)
                exponentials[index] = Exponential(program, scores[block.Start + index], largest, baseScale);
            float sum = ReductionInterpreter.Run(block.Sum, exponentials, default);
            float[] values = Weighted(program, block, exponentials, sum, cache, head);
            running = running is null ? new State(largest, sum, values) : Rescale(program, running, new State(largest, sum, values), baseScale);
        }

        return running!;
    }

    /// <summary>A part whose accumulators run on from block to block: outputs, and one total for each lane of the sum.</summary>
    private static State Carried(AttentionProgram program, int part, float[] scores, KeyValueCache cache, int head, float baseScale)
    {
        LaneTree tree = program.SumLanes;
        float[] output = new float[cache.HeadDimension];
        float[] lanes = new float[program.LaneMerge[part].Depth];
        float running = float.NegativeInfinity;
        foreach (AttentionBlock block in program.Parts[part])
        {
            float largest = running;
            for (int index = 0; index < block.Count; index++)
                largest = Max(largest, scores[block.Start + index]);
            bool isFirst = block.Start == program.Parts[part][0].Start;
            float factor = isFirst ? 1 : CarriedDecay(program, running, largest, baseScale);
            for (int lane = 0; lane < lanes.Length; lane++)
                lanes[lane] *= factor;
            float[] probabilities = new float[block.Count];
            for (int index = 0; index < block.Count; index++)
            {
                float value = Exponential(program, scores[block.Start + index], largest, baseScale);
                lanes[index / tree.Vector % tree.Lanes] += value;
                probabilities[index] = Rounding.ToFormat(value, program.Probabilities);
            }

            float[] column = new float[block.Count];
            for (int d = 0; d < output.Length; d++)
            {
                for (int index = 0; index < block.Count; index++)
                    column[index] = cache.Values(head)[((block.Start + index) * cache.HeadDimension) + d];
                output[d] = isFirst ? ReductionInterpreter.Run(block.Values, probabilities, column) : ReductionInterpreter.Continue(block.Values, probabilities, column, output[d] * factor);
            }

            running = largest;
        }

        return new State(running, ReductionInterpreter.Run(program.LaneMerge[part], lanes, default), output);
    }

    /// <summary>Parts are normalised and weighted by the logarithms of their sums.</summary>
    private static void MergeNormalized(AttentionProgram program, State[] parts, float scale, Span<float> output)
    {
        float[] logarithms = [.. parts.Select(part => program.BaseTwo && !program.ScaleQuery
            ? MathF.FusedMultiplyAdd(part.Largest, scale, PortableMath.Log(part.Sum))
            : part.Largest + PortableMath.Log(part.Sum))];
        float largest = logarithms.Aggregate(Max);
        float sum = 0;
        foreach (float logarithm in logarithms)
            sum += PortableMath.Exp(logarithm - largest);
        float total = PortableMath.Log(sum) + largest;
        for (int d = 0; d < output.Length; d++)
        {
            float value = 0;
            for (int part = 0; part < parts.Length; part++)
                value = MultiplyAdd(program.FusedRescale, Divide(program.Divide, parts[part].Output[d], parts[part].Sum), PortableMath.Exp(logarithms[part] - total), value);
            output[d] = Rounding.ToFormat(value, program.Output);
        }
    }

    private static float[] Weighted(AttentionProgram program, AttentionBlock block, float[] exponentials, float sum, KeyValueCache cache, int head)
    {
        float[] probabilities = new float[block.Count];
        for (int index = 0; index < block.Count; index++)
        {
            float value = program.NormalizesProbabilities ? Divide(program.Divide, exponentials[index], sum) : exponentials[index];
            probabilities[index] = Rounding.ToFormat(value, program.Probabilities);
        }

        float[] output = new float[cache.HeadDimension];
        float[] column = new float[block.Count];
        for (int d = 0; d < output.Length; d++)
        {
            for (int index = 0; index < block.Count; index++)
                column[index] = cache.Values(head)[((block.Start + index) * cache.HeadDimension) + d];
            output[d] = ReductionInterpreter.Run(block.Values, probabilities, column);
        }

        return output;
    }

    private static State Rescale(AttentionProgram program, State running, State block, float baseScale)
    {
        float factor = Decay(program, running.Largest, block.Largest, baseScale);
        float[] output = new float[running.Output.Length];
        for (int d = 0; d < output.Length; d++)
            output[d] = MultiplyAdd(program.FusedRescale, running.Output[d], factor, block.Output[d]);
        return new State(block.Largest, MultiplyAdd(program.FusedRescale, running.Sum, factor, block.Sum), output);
    }

    private static State Merge(AttentionProgram program, State? total, State part, float largest, float baseScale)
    {
        float factor = Decay(program, part.Largest, largest, baseScale);
        float[] output = new float[part.Output.Length];
        for (int d = 0; d < output.Length; d++)
            output[d] = total is null ? part.Output[d] * factor : MultiplyAdd(program.FusedRescale, part.Output[d], factor, total.Output[d]);
        float sum = total is null ? part.Sum * factor : MultiplyAdd(program.FusedRescale, part.Sum, factor, total.Sum);
        return new State(largest, sum, output);
    }

    private static float Exponential(AttentionProgram program, float score, float largest, float baseScale) => program.BaseTwo
        ? PortableMath.Exp2(MathF.FusedMultiplyAdd(score, baseScale, -(largest * baseScale)))
        : MathFunctions.Exp(program.Math, score - largest);

    private static float Decay(AttentionProgram program, float former, float largest, float baseScale) => program.BaseTwo
        ? PortableMath.Exp2((former * baseScale) - (largest * baseScale))
        : MathFunctions.Exp(program.Math, former - largest);

    private static float CarriedDecay(AttentionProgram program, float former, float largest, float baseScale) => program.BaseTwo
        ? PortableMath.Exp2((former - largest) * baseScale)
        : PortableMath.Exp(former - largest);

    private static float MultiplyAdd(bool fused, float x, float factor, float addend) => fused ? MathF.FusedMultiplyAdd(x, factor, addend) : (x * factor) + addend;

    private static float Divide(Division division, float value, float divisor) => division == Division.Divide ? value / divisor : value * (1 / divisor);

    /// <summary>NaN scores poison the maximum, as they do in every implementation that subtracts it.</summary>
    private static float Max(float left, float right) => float.IsNaN(left) || float.IsNaN(right) ? float.NaN : left > right ? left : right;

    private sealed record State(float Largest, float Sum, float[] Output);
}
