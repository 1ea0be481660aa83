using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Programs;

/// <summary>Walks a program's table for one output element: <see cref="PlanForensics.Kernels.Reference.ReductionInterpreter"/> on a device.</summary>
/// <remarks>Accumulators are held in binary64, runs in binary32 in binary32. Waiting accumulators lie in a workspace, one column a thread. Bitwise: identical on every machine.</remarks>
internal static class Interpreter
{
    private const int Fp32 = (int)NumericFormat.Fp32;
    private const int Fp64 = (int)NumericFormat.Fp64;

    /// <summary>Runs a table.</summary>
    /// <param name="code">The instructions.</param>
    /// <param name="first">First instruction.</param>
    /// <param name="count">Instructions.</param>
    /// <param name="formatA">Format of the first operand.</param>
    /// <param name="formatB">Format of the second operand.</param>
    /// <param name="a">First operand.</param>
    /// <param name="b">Second operand.</param>
    /// <param name="bias">Value of a bias step.</param>
    /// <param name="accumulator">What a continuing program's accumulator holds.</param>
    /// <param name="slots">Waiting accumulators.</param>
    /// <param name="thread">This thread's column of the slots.</param>
    /// <param name="threads">Columns of the slots.</param>
    /// <returns>The result, in the format in which the program ends.</returns>
    public static double Run<TA, TB>(
        ArrayView<int> code, int first, int count, int formatA, int formatB, TA a, TB b, float bias, double accumulator, ArrayView<double> slots, int thread, int threads)
        where TA : struct, IOperand
        where TB : struct, IOperand
    {
        double value = accumulator;
        int at = first * TableCode.Words;
        for (int instruction = 0; instruction < count; instruction++)
        {
            int kind = code[at];
            if (kind == TableCode.Segment)
            {
                value = Segment(code, at, formatA, formatB, a, b, value);
            }
            else if (kind == TableCode.Enter)
            {
                if (code[at + 1] >= 0)
                    slots[((long)code[at + 1] * threads) + thread] = value;
                value = 0.0;
            }
            else if (kind == TableCode.Leave)
            {
                if (code[at + 1] >= 0)
                    value = FormatRounding.Round(value, code[at + 1]);
                int parent = code[at + 3];
                if (parent >= 0)
                {
                    if (parent != Fp64 && code[at + 2] == Fp64)
                        value = Fp.Widen(Fp.Narrow(value));
                    double running = slots[((long)code[at + 4] * threads) + thread];
                    value = code[at + 5] == 1 ? Sum(running, value, parent) : NarrowTo(value, parent);
                }
            }
            else if (kind == TableCode.Bias)
            {
                value = FormatRounding.Round(Fp.Widen(Fp.Add(Fp.Narrow(value), bias)), code[at + 1]);
            }
            else
            {
                value = FormatRounding.Round(value, code[at + 1]);
            }

            at += TableCode.Words;
        }

        return value;
    }

    private static double Segment<TA, TB>(ArrayView<int> code, int at, int formatA, int formatB, TA a, TB b, double value)
        where TA : struct, IOperand
        where TB : struct, IOperand
    {
        int step = code[at + 1];
        int format = code[at + 2];
        int index = code[at + 3];
        int stride = code[at + 4];
        int count = code[at + 5];
        bool held = code[at + 11] == 1;
        if (step == (int)StepKind.Dot)
            return MatrixUnit(code, at, formatA, formatB, a, b, held ? Fp.Narrow(value) : 0.0f);
        if (step == (int)StepKind.Bf16Pair)
            return Pairs(a, b, index, stride, count, value, held);
        if (format == Fp64)
            return Wide(step, code[at + 10] == 1, a, b, index, stride, count, value, held);
        return format == Fp32
            ? Fp.Widen(Single(step, a, b, index, stride, count, Fp.Narrow(value), held))
            : Small(step, format, code[at + 10] == 1, a, b, index, stride, count, Fp.Narrow(value), held);
    }

    /// <summary>A run in a binary32 accumulator.</summary>
    private static float Single<TA, TB>(int step, TA a, TB b, int index, int stride, int count, float sum, bool held)
        where TA : struct, IOperand
        where TB : struct, IOperand
    {
        int done = 0;
        if (!held)
        {
            sum = step == (int)StepKind.Add ? a.At(index) : Fp.Mul(a.At(index), b.At(index));
            index += stride;
            done = 1;
        }

        if (step == (int)StepKind.Fma)
        {
            for (; done < count; done++, index += stride)
                sum = Fp.Fma(a.At(index), b.At(index), sum);
        }
        else if (step == (int)StepKind.Add)
        {
            for (; done < count; done++, index += stride)
                sum = Fp.Add(sum, a.At(index));
        }
        else
        {
            for (; done < count; done++, index += stride)
                sum = Fp.Add(sum, Fp.Mul(a.At(index), b.At(index)));
        }

        return sum;
    }

    /// <summary>A run in a bf16 or fp16 accumulator: each binary32 result is rounded once more.</summary>
    private static double Small<TA, TB>(int step, int format, bool keepsProduct, TA a, TB b, int index, int stride, int count, float sum, bool held)
        where TA : struct, IOperand
        where TB : struct, IOperand
    {
        for (int done = 0; done < count; done++, index += stride)
        {
            float left = a.At(index);
            float result = left;
            if (step == (int)StepKind.Add)
            {
                if (held)
                    result = Fp.Add(sum, left);
            }
            else if (step == (int)StepKind.Fma)
            {
                result = held ? Fp.Fma(left, b.At(index), sum) : Fp.Mul(left, b.At(index));
            }
            else
            {
                result = Fp.Mul(left, b.At(index));
                if (!keepsProduct)
                    result = FormatRounding.Round(result, format);
                if (held)
                    result = Fp.Add(sum, result);
            }

            sum = FormatRounding.Round(result, format);
            held = true;
        }

        return Fp.Widen(sum);
    }

    /// <summary>A run in a binary64 accumulator: a product of two binary32 values is exact there.</summary>
    private static double Wide<TA, TB>(int step, bool roundsProduct, TA a, TB b, int index, int stride, int count, double sum, bool held)
        where TA : struct, IOperand
        where TB : struct, IOperand
    {
        for (int done = 0; done < count; done++, index += stride)
        {
            double term = Fp.Widen(a.At(index));
            if (step != (int)StepKind.Add)
                term = roundsProduct ? Fp.Widen(Fp.Mul(a.At(index), b.At(index))) : Fp.Mul(term, Fp.Widen(b.At(index)));
            sum = held ? Fp.Add(sum, term) : term;
            held = true;
        }

        return sum;
    }

    /// <summary>vdpbf16ps: the second product of a pair first; subnormal inputs and results are zeros of their sign.</summary>
    private static double Pairs<TA, TB>(TA a, TB b, int index, int stride, int count, double value, bool held)
        where TA : struct, IOperand
        where TB : struct, IOperand
    {
        float sum = Fp.Narrow(value);
        for (int done = 0; done < count; done += 2, index += 2 * stride)
        {
            sum = Flush(sum);
            if (done + 1 < count)
            {
                sum = PairTerm(a.At(index + stride), b.At(index + stride), sum, held);
                held = true;
            }

            sum = PairTerm(a.At(index), b.At(index), sum, held);
            held = true;
        }

        return Fp.Widen(sum);
    }

    private static float PairTerm(float left, float right, float sum, bool held) =>
        Flush(held ? Fp.Fma(Flush(left), Flush(right), sum) : Fp.Mul(Flush(left), Flush(right)));

    private static float Flush(float value)
    {
        uint bits = Interop.FloatAsInt(value);
        return (bits & 0x7F80_0000u) == 0 ? Interop.IntAsFloat(bits & 0x8000_0000u) : value;
    }

    private static double MatrixUnit<TA, TB>(ArrayView<int> code, int at, int formatA, int formatB, TA a, TB b, float sum)
        where TA : struct, IOperand
        where TB : struct, IOperand
    {
        int index = code[at + 3];
        int stride = code[at + 4];
        int count = code[at + 5];
        int block = code[at + 6];
        for (int done = 0; done < count; done += block)
        {
            int terms = count - done < block ? count - done : block;
            sum = MatrixUnitBlock.Step(a, b, index, stride, terms, sum, code[at + 7], code[at + 8], code[at + 9], formatA, formatB);
            index += block * stride;
        }

        return Fp.Widen(sum);
    }

    private static double Sum(double left, double right, int format) => format == Fp64
        ? Fp.Add(left, right)
        : NarrowTo(Fp.Widen(Fp.Add(Fp.Narrow(left), Fp.Narrow(right))), format);

    /// <summary>Rounds a binary32 result to a narrower accumulator.</summary>
    private static double NarrowTo(double value, int format) => format == Fp32 || format == Fp64 ? value : FormatRounding.Round(Fp.Widen(Fp.Narrow(value)), format);
}
