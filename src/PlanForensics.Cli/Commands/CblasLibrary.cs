using System.Runtime.InteropServices;

namespace PlanForensics.Cli.Commands;

/// <summary>A library that exports <c>cblas_sgemm</c> (OpenBLAS, oneMKL's <c>mkl_rt</c>, BLIS), loaded from a path.</summary>
internal sealed unsafe class CblasLibrary
{
    private const int RowMajor = 101;
    private const int Plain = 111;
    private const int Transposed = 112;
    private static readonly string[] ThreadSetters = ["openblas_set_num_threads", "MKL_Set_Num_Threads", "bli_thread_set_num_threads"];
    private readonly delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> _sgemm;

    private CblasLibrary(nint library, nint sgemm)
    {
        _sgemm = (delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)sgemm;
        if (NativeLibrary.TryGetExport(library, "openblas_get_config", out nint config))
            Description = Marshal.PtrToStringAnsi(((delegate* unmanaged<nint>)config)());
        if (NativeLibrary.TryGetExport(library, "openblas_get_corename", out nint core))
            Core = Marshal.PtrToStringAnsi(((delegate* unmanaged<nint>)core)());
    }

    /// <summary>The core whose kernels it runs (OpenBLAS only), or null.</summary>
    public string? Core { get; }

    /// <summary>What the library says of itself (OpenBLAS only), or null.</summary>
    public string? Description { get; }

    public static CblasLibrary Load(string path, int? threads)
    {
        if (!NativeLibrary.TryLoad(path, out nint library))
            throw new CannotRunException($"{path} cannot be loaded; give the path of a library, such as /usr/lib/x86_64-linux-gnu/libopenblas.so.0");
        if (!NativeLibrary.TryGetExport(library, "cblas_sgemm", out nint sgemm))
            throw new CannotRunException($"{path} does not export cblas_sgemm");
        if (threads is { } count)
            SetThreads(library, path, count);
        return new CblasLibrary(library, sgemm);
    }

    /// <summary>C (M, N) = A (M, K) times B, which is (N, K) or, with terms first, (K, N); alpha 1, beta 0.</summary>
    public void Multiply((int M, int N, int K) shape, bool termsFirst, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c)
    {
        fixed (float* left = a, right = b, output = c)
            _sgemm(RowMajor, Plain, termsFirst ? Plain : Transposed, shape.M, shape.N, shape.K, 1, left, shape.K, right, termsFirst ? shape.N : shape.K, 0, output, shape.N);
    }

    private static void SetThreads(nint library, string path, int count)
    {
        foreach (string name in ThreadSetters)
        {
            if (!NativeLibrary.TryGetExport(library, name, out nint setter))
                continue;
            ((delegate* unmanaged<int, void>)setter)(count);
            return;
        }

        throw new CannotRunException($"{path} exports none of {string.Join(", ", ThreadSetters)}; leave --threads out and set its environment variable");
    }
}
