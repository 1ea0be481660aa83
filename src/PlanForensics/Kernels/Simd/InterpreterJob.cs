using PlanForensics.Kernels.Reference;
using PlanForensics.Kernels.Threading;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Simd;

/// <summary>Columns of a matrix product whose program is interpreted.</summary>
internal sealed unsafe class InterpreterJob : IJob
{
    public required ReductionProgram Program { get; init; }

    public required WeightMatrix Weights { get; init; }

    public required float* A { get; init; }

    public required float* Bias { get; init; }

    public required float* C { get; init; }

    public required int Rows { get; init; }

    public required int FirstColumn { get; init; }

    public required int ColumnCount { get; init; }

    public void Run(int part, int parts)
    {
        int depth = Weights.Depth;
        float[] weights = new float[depth];
        int end = FirstColumn + (int)((long)ColumnCount * (part + 1) / parts);
        for (int column = FirstColumn + (int)((long)ColumnCount * part / parts); column < end; column++)
        {
            Weights.CopyRow(column, weights);
            for (int row = 0; row < Rows; row++)
            {
                C[((nint)row * Weights.Outputs) + column] = ReductionInterpreter.Run(
                    Program, new ReadOnlySpan<float>(A + ((nint)row * depth), depth), weights, Bias == null ? 0 : Bias[column]);
            }
        }
    }
}
