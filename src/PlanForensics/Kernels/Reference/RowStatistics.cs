using System.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Reference;

/// <summary>Mean and variance of a row as <see cref="LayerNormProgram"/> states them.</summary>
internal static class RowStatistics
{
    private const int ChunkRows = 16;
    private const int MeanLanes = 4;

    public static (float Mean, float Variance) Of(LayerNormProgram program, ReadOnlySpan<float> row) => program.Statistics switch
    {
        LayerNormStatistics.WideMean => Differences(program, row, WideMean(row)),
        LayerNormStatistics.Squares => Differences(program, row, 0),
        LayerNormStatistics.Running => Running(program, row),
        _ => Cascade(program, row),
    };

    private static (float Mean, float Variance) Running(LayerNormProgram program, ReadOnlySpan<float> row)
    {
        RowMoments moments = default;
        foreach (float value in row)
            moments.TakeDividing(value, program.FusedStatistics);
        return (moments.Mean, moments.Squares / row.Length);
    }

    private static (float Mean, float Variance) Differences(LayerNormProgram program, ReadOnlySpan<float> row, float mean)
    {
        Span<float> lanes = stackalloc float[program.Lanes];
        lanes.Clear();
        int whole = row.Length / program.Lanes * program.Lanes;
        for (int index = 0; index < whole; index++)
        {
            float difference = row[index] - mean;
            lanes[index % program.Lanes] = Square(difference, lanes[index % program.Lanes], program.FusedStatistics);
        }

        for (int distance = program.Lanes / 2; distance > 0; distance /= 2)
            for (int lane = 0; lane < distance; lane++)
                lanes[lane] += lanes[lane + distance];
        float squares = lanes[0];
        int quads = whole + ((row.Length - whole) / MeanLanes * MeanLanes);
        for (int index = whole; index < row.Length; index++)
            squares = Square(row[index] - mean, squares, index >= quads && program.FusedStatistics);
        return (mean, squares / row.Length);
    }

    private static float WideMean(ReadOnlySpan<float> row)
    {
        Span<double> lanes = stackalloc double[MeanLanes];
        lanes.Clear();
        int whole = row.Length / MeanLanes * MeanLanes;
        for (int index = 0; index < whole; index++)
            lanes[index % MeanLanes] += row[index];
        double sum = lanes[0] + lanes[2] + (lanes[1] + lanes[3]);
        foreach (float value in row[whole..])
            sum += value;
        return (float)(sum / row.Length);
    }

    private static (float Mean, float Variance) Cascade(LayerNormProgram program, ReadOnlySpan<float> row)
    {
        int rows = row.Length / program.Lanes;
        RowMoments total = default;
        foreach (float value in row[(rows * program.Lanes)..])
            total.TakeDividing(value, program.FusedStatistics);
        for (int lane = 0; lane < program.Lanes; lane++)
            total.MergeGrouped(Lane(program, row, lane, rows), program.FusedStatistics);
        return (total.Mean, total.Squares / row.Length);
    }

    private static RowMoments Lane(LayerNormProgram program, ReadOnlySpan<float> row, int lane, int rows)
    {
        int chunks = (rows + ChunkRows - 1) / ChunkRows;
        int levels = chunks <= 2 ? 1 : BitOperations.Log2((uint)(chunks - 1)) + 1;
        Span<RowMoments> stack = stackalloc RowMoments[levels];
        stack.Clear();
        for (int chunk = 1; chunk <= chunks; chunk++)
        {
            RowMoments part = default;
            for (int index = (chunk - 1) * ChunkRows; index < Math.Min(rows, chunk * ChunkRows); index++)
                part.Take(row[(index * program.Lanes) + lane], program.FusedStatistics);
            Merge(program, ref stack[0], part);
            for (int level = 1; level < levels && chunk % (1 << level) == 0; level++)
            {
                Merge(program, ref stack[level], stack[level - 1]);
                stack[level - 1] = default;
            }
        }

        for (int level = 1; level < levels; level++)
            Merge(program, ref stack[0], stack[level]);
        return stack[0] with { Count = rows };
    }

    private static void Merge(LayerNormProgram program, ref RowMoments into, in RowMoments other)
    {
        if (program.Statistics == LayerNormStatistics.Cascade)
            into.Merge(other);
        else
            into.MergeGrouped(other, program.FusedStatistics);
    }

    private static float Square(float value, float sum, bool fused) => fused ? MathF.FusedMultiplyAdd(value, value, sum) : sum + (value * value);
}
