using System.Globalization;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Kernels;
using PlanForensics.Gpu.MatrixUnits;
using PlanForensics.Gpu.Programs;
using PlanForensics.Gpu.Tiles;
using PlanForensics.Gpu.Warps;

namespace PlanForensics.Gpu.Execution;

/// <summary>What each kind of kernel needs at a shape.</summary>
internal static class Feasibility
{
    private const long Value = sizeof(float);

    /// <summary>The interpreter: no shared memory; the table, and a column of slots a thread.</summary>
    public static KernelDemand Interpreter(ProgramTable table, long m, long n, long k, int threads, int weightBytes = sizeof(float)) => new(
        "the interpreter", 1, 0, 64, 1, 1, Operands(m, n, k, weightBytes) + (Value * m * k) + ((long)table.Code.Length * sizeof(int)) + ((long)table.Slots * threads * sizeof(double)));

    /// <summary>Tiles in binary32: two stages of both operands in shared memory, 64 sums a thread, a workspace of M x N a slice where there are several.</summary>
    public static KernelDemand Tiles(int slices, bool fused, long m, long n, long k, int weightBytes = sizeof(float)) => new(
        "a tiled product", TileShape.Threads, 4 * TileShape.Depth * TileShape.Pitch * sizeof(float), 128, TilesOf(m, n), slices,
        Operands(m, n, k, weightBytes) + (Value * m * k) + (fused ? 0 : Value * m * n * slices));

    /// <summary>A warp for each output.</summary>
    public static KernelDemand Warps(long m, long n, long k, int weightBytes = sizeof(float)) =>
        new("a warp for each output", WarpShape.Lanes, 0, 64, 1, 1, Operands(m, n, k, weightBytes) + (Value * m * k));

    /// <summary>Matrix units: two stages in shared memory, 64 sums a thread, packed activations.</summary>
    public static KernelDemand MatrixUnits(bool small, long m, long n, long k, int weightBytes = sizeof(float)) => new(
        "a product on matrix units", small ? WarpShape.Lanes : 256, 2 * UnitShape.Stages * UnitShape.Rows * UnitShape.Pitch * sizeof(uint), 128, TilesOf(m, n), 1,
        Operands(m, n, k, weightBytes) + (2 * Value * m * k));

    /// <summary>Attention in one launch: a group's shared memory holds the query, the output, the lanes of a carried sum, and scores and exponentials of one block.</summary>
    public static KernelDemand FusedAttention(int threads, int dimension, int lanes, int longestBlock, long partialValues) => new(
        "fused attention", threads, FusedAttentionKernels.SharedValues(dimension, lanes, longestBlock, threads) * sizeof(float), 128, 1, 1, Value * partialValues);

    /// <summary>
    /// Why groups may not wait for each other: on a CUDA device unless all of them run at once, which the driver says of the compiled kernel; on an OpenCL device always. The CPU device runs each group
    /// to its end on a thread of the operating system.
    /// </summary>
    public static string ProblemOfTurns(GpuDeviceKind kind, long groups, long atOnce) => kind switch
    {
        GpuDeviceKind.Cpu => "",
        GpuDeviceKind.OpenCl => "groups of an OpenCL device need not make progress while others wait",
        _ => groups <= atOnce ? "" : string.Create(CultureInfo.InvariantCulture, $"{groups} groups would wait for each other; the device runs {atOnce} at once"),
    };

    /// <summary>Elements are numbered in 32 bits.</summary>
    public static string ProblemOfSize(long m, long n) => m * n > int.MaxValue ? $"an output of {m} x {n} elements; the device numbers at most {int.MaxValue}" : "";

    private static long Operands(long m, long n, long k, int weightBytes) => (Value * ((m * k) + (m * n))) + (weightBytes * n * k);

    private static long TilesOf(long m, long n) => (m + TileShape.Rows - 1) / TileShape.Rows * ((n + TileShape.Columns - 1) / TileShape.Columns);
}
