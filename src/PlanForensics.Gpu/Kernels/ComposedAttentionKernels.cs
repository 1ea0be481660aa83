using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.Programs;

namespace PlanForensics.Gpu.Kernels;

/// <summary>What stands around the two products of attention composed of operators.</summary>
internal static class ComposedAttentionKernels
{
    private const int Fp32 = (int)Numerics.NumericFormat.Fp32;

    /// <summary>One head of a paged cache as the right operands of both products: keys (count, head_dim) and values (head_dim, count).</summary>
    public static void Operands(ArrayView<float> keyPool, ArrayView<float> valuePool, ArrayView<int> pages, ArrayView<float> keys, ArrayView<float> values, PagedShape shape, int head, int count)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < count * shape.Dimension; index += stride)
        {
            int position = index / shape.Dimension;
            int d = index % shape.Dimension;
            long at = shape.Offset(pages, position, head) + d;
            keys[index] = keyPool[at];
            values[((long)d * count) + position] = valuePool[at];
        }
    }

    /// <summary>One head's columns of all rows.</summary>
    public static void TakeHead(ArrayView<float> rows, ArrayView<float> head, int width, int first, int dimension)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < head.IntLength; index += stride)
            head[index] = rows[((long)(index / dimension) * width) + first + (index % dimension)];
    }

    /// <summary>And back.</summary>
    public static void PutHead(ArrayView<float> head, ArrayView<float> rows, int width, int first, int dimension)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < head.IntLength; index += stride)
            rows[((long)(index / dimension) * width) + first + (index % dimension)] = head[index];
    }

    /// <summary>Scale, mask and softmax of (rows, keys) in place: a group a row.</summary>
    public static void Softmax(ArrayView<int> code, ArrayView<float> scores, ArrayView<double> slots, ArrayView<ulong> roots, ComposedShape shape)
    {
        ArrayView<float> scratch = SharedMemory.GetDynamic<float>();
        for (int row = Grid.IdxX; row < shape.Rows; row += Grid.DimX)
        {
            ArrayView<float> own = scores.SubView((long)row * shape.Keys, shape.Keys);
            int visible = shape.Keys - shape.Rows + row + 1;
            float largest = float.NegativeInfinity;
            for (int key = Group.IdxX; key < shape.Keys; key += Group.DimX)
            {
                float score = FormatRounding.Round(Fp.Mul(own[key], shape.Scale), shape.Scaled);
                if (shape.Rows > 1)
                    score = FormatRounding.Round(Fp.Add(score, key < visible ? 0.0f : shape.Lowest), shape.Scaled);
                own[key] = score;
                largest = AttentionMath.Max(largest, score);
            }

            largest = GroupMaximum.Of(scratch, largest);
            for (int key = Group.IdxX; key < shape.Keys; key += Group.DimX)
                own[key] = DeviceExp.Exp(shape.Math, Fp.Sub(own[key], largest), roots);
            Group.Barrier();
            if (Group.IdxX == 0)
            {
                var terms = new Strided(own, 0, 1);
                scratch[Group.DimX] = Fp.Narrow(Interpreter.Run(code, 0, shape.Instructions, Fp32, Fp32, terms, terms, 0.0f, 0.0, slots, Grid.GlobalIndex.X, Grid.DimX * Group.DimX));
            }

            Group.Barrier();
            float sum = scratch[Group.DimX];
            for (int key = Group.IdxX; key < shape.Keys; key += Group.DimX)
            {
                float value = shape.Reciprocal == 1 ? Fp.Mul(own[key], Fp.Div(1.0f, sum)) : Fp.Div(own[key], sum);
                own[key] = FormatRounding.Round(value, shape.Probabilities);
            }

            Group.Barrier();
        }
    }
}
