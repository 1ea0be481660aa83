using PlanForensics.Plans;

namespace PlanForensics.Engines.OpenBlas;

/// <summary>What a core type of OpenBLAS 0.3.21 (its name is OPENBLAS_CORETYPE's value) decides of an fp32 matrix product.</summary>
/// <remarks>
/// Block sizes were read from the running library's table (<c>sgemm_p</c>, <c>sgemm_q</c>, unrolls); for these cores they do not depend on OPENBLAS_L2_SIZE, tried from 256 to 2,048.
/// </remarks>
internal sealed record OpenBlasCore(string Name, int RowBlock, int DepthBlock, int RowUnroll, int MostColumns, StepKind Step, IMicroKernel Kernel, bool HasSmallMatrixPath)
{
    /// <summary>Columns that a kernel call takes at least, in all cores.</summary>
    public const int ColumnUnroll = 4;

    public static OpenBlasCore Haswell { get; } = new("haswell", 320, 320, 8, 104_512, StepKind.Fma, HaswellKernel.Instance, false);

    public static OpenBlasCore Zen { get; } = Haswell with { Name = "zen" };

    public static OpenBlasCore SkylakeX { get; } = new("skylakex", 448, 448, 16, 74_432, StepKind.Fma, SequentialKernel.Instance, true);

    public static OpenBlasCore Cooperlake { get; } = new("cooperlake", 640, 320, 16, 104_192, StepKind.Fma, SequentialKernel.Instance, true);

    public static OpenBlasCore Sandybridge { get; } = new("sandybridge", 768, 384, 16, 86_592, StepKind.MulAdd, SequentialKernel.Instance, false);

    public static OpenBlasCore Prescott { get; } = new("prescott", 448, 128, 8, 261_616, StepKind.MulAdd, PrescottKernel.Instance, false);
}
