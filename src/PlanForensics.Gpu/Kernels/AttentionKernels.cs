using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.Programs;

namespace PlanForensics.Gpu.Kernels;

/// <summary>Attention of one query position by any program, over a paged cache. The kernels run one after the other, in the order in which they stand here.</summary>
internal static class AttentionKernels
{
    private const int Fp32 = (int)Numerics.NumericFormat.Fp32;

    /// <summary>Appends positions to a paged cache, as they are: attention rounds what it reads.</summary>
    public static void Append(ArrayView<float> rows, ArrayView<float> pool, ArrayView<int> pages, PagedShape shape, int firstPosition)
    {
        int stride = Grid.DimX * Group.DimX;
        int width = shape.Heads * shape.Dimension;
        for (int index = Grid.GlobalIndex.X; index < rows.IntLength; index += stride)
        {
            int column = index % width;
            pool[shape.Offset(pages, firstPosition + (index / width), column / shape.Dimension) + (column % shape.Dimension)] = rows[index];
        }
    }

    /// <summary>Takes positions out of a paged cache again.</summary>
    public static void Gather(ArrayView<float> pool, ArrayView<int> pages, ArrayView<float> rows, PagedShape shape, int firstPosition)
    {
        int stride = Grid.DimX * Group.DimX;
        int width = shape.Heads * shape.Dimension;
        for (int index = Grid.GlobalIndex.X; index < rows.IntLength; index += stride)
        {
            int column = index % width;
            rows[index] = pool[shape.Offset(pages, firstPosition + (index / width), column / shape.Dimension) + (column % shape.Dimension)];
        }
    }

    /// <summary>The query, scaled where the plan scales it, in the operand's format.</summary>
    public static void Query(ArrayView<float> query, ArrayView<float> scaled, AttentionShape shape)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < query.IntLength; index += stride)
        {
            float value = query[index];
            if (shape.ScaleQuery == 1)
                value = FormatRounding.Round(Fp.Mul(value, shape.Scale), shape.Output);
            scaled[index] = FormatRounding.Operand(value, shape.ScoresFormatA);
        }
    }

    /// <summary>One score a thread.</summary>
    public static void Scores(ArrayView<int> code, ArrayView<float> query, ArrayView<float> pool, ArrayView<int> pages, ArrayView<float> scores, ArrayView<double> slots, AttentionShape shape)
    {
        int thread = Grid.GlobalIndex.X;
        int stride = Grid.DimX * Group.DimX;
        for (int index = thread; index < shape.Heads * shape.Keys; index += stride)
        {
            int head = index / shape.Keys;
            int position = index % shape.Keys;
            double value = Interpreter.Run(
                code, 0, shape.ScoresInstructions, shape.ScoresFormatA, shape.ScoresFormatB,
                new Strided(query, (long)head * shape.Cache.Dimension, 1),
                new PagedRow(pool, shape.Cache.Offset(pages, position, head / shape.Group), shape.KeysRounded), 0.0f, 0.0, slots, thread, stride);
            float score = Fp.Narrow(FormatRounding.Round(value, shape.ScoresOutput));
            scores[index] = shape.ScaleQuery == 1 || shape.BaseTwo == 1 ? score : Fp.Mul(score, shape.Scale);
        }
    }

    /// <summary>The running maximum after each block, and by how much the block rescales what came before it: one part of one head a thread.</summary>
    public static void Maxima(
        ArrayView<int> blocks, ArrayView<int> parts, ArrayView<float> scores, ArrayView<float> maxima, ArrayView<float> decays, ArrayView<float> partMaxima, ArrayView<ulong> roots, AttentionShape shape)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < shape.Heads * shape.Parts; index += stride)
        {
            int head = index / shape.Parts;
            int part = index % shape.Parts * AttentionTable.PartWords;
            float running = float.NegativeInfinity;
            for (int block = 0; block < parts[part + 1]; block++)
            {
                int number = parts[part] + block;
                int first = blocks[number * AttentionTable.BlockWords];
                float largest = running;
                for (int key = 0; key < blocks[(number * AttentionTable.BlockWords) + 1]; key++)
                    largest = AttentionMath.Max(largest, scores[((long)head * shape.Keys) + first + key]);
                float decay = 1.0f;
                if (block > 0)
                    decay = parts[part + 2] == 1 ? AttentionMath.CarriedDecay(shape, running, largest) : AttentionMath.Decay(shape, running, largest, roots);
                maxima[((long)head * shape.Blocks) + number] = largest;
                decays[((long)head * shape.Blocks) + number] = decay;
                running = largest;
            }

            partMaxima[index] = running;
        }
    }

    /// <summary>One exponential a thread.</summary>
    public static void Exponentials(ArrayView<int> blockOfKey, ArrayView<float> scores, ArrayView<float> maxima, ArrayView<float> exponentials, ArrayView<ulong> roots, AttentionShape shape)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < shape.Heads * shape.Keys; index += stride)
        {
            int head = index / shape.Keys;
            float largest = maxima[((long)head * shape.Blocks) + blockOfKey[index % shape.Keys]];
            exponentials[index] = AttentionMath.Exponential(shape, scores[index], largest, roots);
        }
    }

    /// <summary>The sum of exponentials: one part of one head a thread.</summary>
    public static void Sums(
        ArrayView<int> code, ArrayView<int> blocks, ArrayView<int> parts, ArrayView<float> exponentials, ArrayView<float> decays, ArrayView<float> lanes, ArrayView<float> sums,
        ArrayView<double> slots, AttentionShape shape)
    {
        int thread = Grid.GlobalIndex.X;
        int stride = Grid.DimX * Group.DimX;
        for (int index = thread; index < shape.Heads * shape.Parts; index += stride)
        {
            int head = index / shape.Parts;
            int part = index % shape.Parts * AttentionTable.PartWords;
            long row = (long)head * shape.Keys;
            long lane = (long)index * shape.Lanes;
            float total = 0.0f;
            for (int block = 0; block < parts[part + 1]; block++)
            {
                int number = parts[part] + block;
                int at = number * AttentionTable.BlockWords;
                float decay = decays[((long)head * shape.Blocks) + number];
                if (parts[part + 2] == 1)
                {
                    AddToLanes(exponentials, row + blocks[at], blocks[at + 1], lanes, lane, parts[part + 3], decay, block == 0, shape);
                    continue;
                }

                var values = new Strided(exponentials, row + blocks[at], 1);
                float sum = Fp.Narrow(Interpreter.Run(code, blocks[at + 4], blocks[at + 5], Fp32, Fp32, values, values, 0.0f, 0.0, slots, thread, stride));
                total = block == 0 ? sum : AttentionMath.MultiplyAdd(shape, total, decay, sum);
            }

            if (parts[part + 2] == 1)
            {
                var totals = new Strided(lanes, lane, 1);
                total = Fp.Narrow(Interpreter.Run(code, parts[part + 4], parts[part + 5], Fp32, Fp32, totals, totals, 0.0f, 0.0, slots, thread, stride));
            }

            sums[index] = FormatRounding.Canonical(total);
        }
    }

    /// <summary>One probability a thread, in the operand's format.</summary>
    public static void Probabilities(ArrayView<float> exponentials, ArrayView<float> sums, ArrayView<float> probabilities, AttentionShape shape)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < shape.Heads * shape.Keys; index += stride)
        {
            float value = exponentials[index];
            if (shape.Normalizes == 1)
                value = AttentionMath.Divide(shape, value, sums[index / shape.Keys]);
            probabilities[index] = FormatRounding.Operand(FormatRounding.Round(value, shape.Probabilities), shape.ValuesFormatA);
        }
    }

    private static void AddToLanes(ArrayView<float> exponentials, long first, int count, ArrayView<float> lanes, long lane, int used, float decay, bool starts, AttentionShape shape)
    {
        for (int index = 0; index < used; index++)
            lanes[lane + index] = starts ? 0.0f : Fp.Mul(lanes[lane + index], decay);
        for (int key = 0; key < count; key++)
        {
            long own = lane + (key / shape.LaneVector % shape.LaneCount);
            lanes[own] = Fp.Add(lanes[own], exponentials[first + key]);
        }
    }
}
