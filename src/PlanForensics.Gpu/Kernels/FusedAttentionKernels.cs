using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.Programs;

namespace PlanForensics.Gpu.Kernels;

/// <summary>Scores, softmax and weighted values in one launch: a group for each part of each head of each query row, block after block through shared memory.</summary>
/// <remarks>
/// Every reduction runs its own program, so any plan runs here whose longest block fits shared memory. What the group shares out changes no order: a score, an exponential, a lane of a carried
/// sum and a dimension of the output belong to one thread each, and a maximum of several numbers is the same in every order but for the sign of a zero, which no exponential sees.
/// </remarks>
internal static class FusedAttentionKernels
{
    private const int Fp32 = (int)Numerics.NumericFormat.Fp32;

    /// <summary>Values of a group's shared memory: query, output, lanes, two for each key of a block, one for each thread, and the sum.</summary>
    public static int SharedValues(int dimension, int lanes, int longestBlock, int threads) => (2 * dimension) + lanes + (2 * longestBlock) + threads + 1;

    public static void Attend(
        ArrayView<int> tables, ArrayView<float> query, ArrayView<float> keys, ArrayView<float> values, ArrayView<int> pages, ArrayView<float> partial, ArrayView<float> result,
        ArrayView<double> slots, ArrayView<ulong> roots, AttentionShape shape)
    {
        ArrayView<float> shared = SharedMemory.GetDynamic<float>();
        int dimension = shape.Cache.Dimension;
        int units = shape.Rows * shape.Heads * shape.Parts;
        for (int unit = Grid.IdxX; unit < units; unit += Grid.DimX)
        {
            int row = shape.RowsAt + (unit / shape.Parts / shape.Heads * AttentionTable.RowWords);
            int part = unit % shape.Parts;
            if (part >= tables[row + 1])
                continue;
            ArrayView<float> output = shared.SubView(dimension, dimension);
            float sum = 0.0f;
            float largest = Part(tables, shape.PartsAt + ((tables[row] + part) * AttentionTable.PartWords), unit / shape.Parts, query, keys, values, pages, shared, slots, roots, shape, ref sum);
            for (int d = Group.IdxX; d < dimension; d += Group.DimX)
            {
                if (shape.Parts == 1)
                {
                    float value = shape.Normalizes == 1 ? output[d] : AttentionMath.Divide(shape, output[d], sum);
                    result[((long)unit * dimension) + d] = FormatRounding.Round(value, shape.Output);
                }
                else
                {
                    partial[((long)unit * dimension) + d] = output[d];
                }
            }

            if (shape.Parts > 1 && Group.IdxX == 0)
            {
                partial[((long)units * dimension) + unit] = sum;
                partial[((long)units * (dimension + 1)) + unit] = largest;
            }

            Group.Barrier();
        }
    }

    /// <summary>One part of one head of one row; its output lies in shared memory, its sum and its maximum are the same in every thread.</summary>
    private static float Part(
        ArrayView<int> tables, int part, int query0, ArrayView<float> query, ArrayView<float> keys, ArrayView<float> values, ArrayView<int> pages, ArrayView<float> shared,
        ArrayView<double> slots, ArrayView<ulong> roots, AttentionShape shape, ref float sum)
    {
        int thread = Grid.GlobalIndex.X;
        int stride = Grid.DimX * Group.DimX;
        int dimension = shape.Cache.Dimension;
        int keyHead = query0 % shape.Heads / shape.Group;
        ArrayView<float> scaled = shared.SubView(0, dimension);
        ArrayView<float> lanes = shared.SubView(2 * dimension, shape.Lanes);
        ArrayView<float> scores = shared.SubView((2 * dimension) + shape.Lanes, shape.LongestBlock);
        ArrayView<float> exponentials = shared.SubView((2 * dimension) + shape.Lanes + shape.LongestBlock, shape.LongestBlock);
        ArrayView<float> scratch = shared.SubView((2 * dimension) + shape.Lanes + (2 * shape.LongestBlock), Group.DimX + 1);
        for (int d = Group.IdxX; d < dimension; d += Group.DimX)
        {
            float value = query[((long)query0 * dimension) + d];
            if (shape.ScaleQuery == 1)
                value = FormatRounding.Round(Fp.Mul(value, shape.Scale), shape.Output);
            scaled[d] = FormatRounding.Operand(value, shape.ScoresFormatA);
        }

        Group.Barrier();
        bool carries = tables[part + 2] == 1;
        float running = float.NegativeInfinity;
        for (int block = 0; block < tables[part + 1]; block++)
        {
            int at = shape.BlocksAt + ((tables[part] + block) * AttentionTable.BlockWords);
            int first = tables[at];
            int count = tables[at + 1];
            float own = running;
            for (int key = Group.IdxX; key < count; key += Group.DimX)
            {
                double score = Interpreter.Run(
                    tables, 0, shape.ScoresInstructions, shape.ScoresFormatA, shape.ScoresFormatB, new Strided(scaled, 0, 1),
                    new PagedRow(keys, shape.Cache.Offset(pages, first + key, keyHead), shape.KeysRounded), 0.0f, 0.0, slots, thread, stride);
                float rounded = Fp.Narrow(FormatRounding.Round(score, shape.ScoresOutput));
                rounded = shape.ScaleQuery == 1 || shape.BaseTwo == 1 ? rounded : Fp.Mul(rounded, shape.Scale);
                scores[key] = rounded;
                own = AttentionMath.Max(own, rounded);
            }

            float largest = GroupMaximum.Of(scratch, own);
            float decay = 1.0f;
            if (block > 0)
                decay = carries ? AttentionMath.CarriedDecay(shape, running, largest) : AttentionMath.Decay(shape, running, largest, roots);
            for (int key = Group.IdxX; key < count; key += Group.DimX)
                exponentials[key] = AttentionMath.Exponential(shape, scores[key], largest, roots);
            Group.Barrier();
            if (carries)
                AddToLanes(exponentials, count, lanes, tables[part + 3], decay, block == 0, shape);
            else if (Group.IdxX == Group.DimX - 1)
            {
                float added = Fp.Narrow(Interpreter.Run(
                    tables, tables[at + 4], tables[at + 5], Fp32, Fp32, new Strided(exponentials, 0, 1), new Strided(exponentials, 0, 1), 0.0f, 0.0, slots, thread, stride));
                scratch[Group.DimX] = block == 0 ? added : AttentionMath.MultiplyAdd(shape, scratch[Group.DimX], decay, added);
            }

            if (shape.Normalizes == 1)
            {
                Group.Barrier();
                sum = FormatRounding.Canonical(scratch[Group.DimX]);
            }

            for (int key = Group.IdxX; key < count; key += Group.DimX)
            {
                float value = exponentials[key];
                if (shape.Normalizes == 1)
                    value = AttentionMath.Divide(shape, value, sum);
                scores[key] = FormatRounding.Operand(FormatRounding.Round(value, shape.Probabilities), shape.ValuesFormatA);
            }

            Group.Barrier();
            bool continues = carries && block > 0;
            AddValues(
                tables, continues ? tables[at + 6] : tables[at + 2], continues ? tables[at + 7] : tables[at + 3], first, keyHead, values, pages, shared, scores, decay, block == 0, continues, slots, shape);
            running = largest;
            Group.Barrier();
        }

        if (carries)
        {
            if (Group.IdxX == 0)
                scratch[Group.DimX] = Fp.Narrow(Interpreter.Run(
                    tables, tables[part + 4], tables[part + 5], Fp32, Fp32, new Strided(lanes, 0, 1), new Strided(lanes, 0, 1), 0.0f, 0.0, slots, thread, stride));
            Group.Barrier();
        }

        sum = FormatRounding.Canonical(scratch[Group.DimX]);
        return running;
    }

    /// <summary>A block's exponentials into the lanes of a carried sum, a lane a thread, its keys in order.</summary>
    private static void AddToLanes(ArrayView<float> exponentials, int count, ArrayView<float> lanes, int used, float decay, bool starts, AttentionShape shape)
    {
        for (int lane = Group.IdxX; lane < used; lane += Group.DimX)
        {
            float total = starts ? 0.0f : Fp.Mul(lanes[lane], decay);
            for (int first = lane * shape.LaneVector; first < count; first += shape.LaneCount * shape.LaneVector)
            {
                for (int key = first; key < first + shape.LaneVector && key < count; key++)
                    total = Fp.Add(total, exponentials[key]);
            }

            lanes[lane] = total;
        }
    }

    /// <summary>A block's weighted values into the output, a dimension a thread.</summary>
    private static void AddValues(
        ArrayView<int> tables, int code, int instructions, int first, int keyHead, ArrayView<float> values, ArrayView<int> pages, ArrayView<float> shared, ArrayView<float> probabilities,
        float decay, bool starts, bool continues, ArrayView<double> slots, AttentionShape shape)
    {
        int dimension = shape.Cache.Dimension;
        for (int d = Group.IdxX; d < dimension; d += Group.DimX)
        {
            float output = starts ? 0.0f : shared[dimension + d];
            double held = continues ? Fp.Widen(Fp.Mul(output, decay)) : 0.0;
            double value = Interpreter.Run(
                tables, code, instructions, shape.ValuesFormatA, shape.ValuesFormatB, new Strided(probabilities, 0, 1),
                new PagedColumn(values, pages, shape.Cache, keyHead, d, first, shape.ValuesRounded), 0.0f, held, slots, Grid.GlobalIndex.X, Grid.DimX * Group.DimX);
            float weighted = continues ? Fp.Narrow(value) : Fp.Narrow(FormatRounding.Round(value, shape.ValuesOutput));
            shared[dimension + d] = continues || starts ? weighted : AttentionMath.MultiplyAdd(shape, output, decay, weighted);
        }
    }
}
