using System.Runtime.InteropServices;

namespace ServingStack.Engine;

/// <summary>
/// The system's OpenBLAS, the foreign engine of this server: a library whose plans are its own business. Which core's kernels it runs it decides when it is loaded, by the processor and by OPENBLAS_CORETYPE.
/// </summary>
public sealed unsafe class OpenBlas
{
    private const int RowMajor = 101, Plain = 111, Transposed = 112;

    /// <summary>Where Debian's packages put it, then wherever the loader finds it.</summary>
    private static readonly string[] Places =
    [
        "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0", "/usr/lib/x86_64-linux-gnu/libopenblas.so.0",
        "/usr/lib/aarch64-linux-gnu/openblas-pthread/libopenblas.so.0", "libopenblas.so.0", "libopenblas",
    ];

    private readonly delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> _sgemm;

    private OpenBlas(nint library, int threads)
    {
        _sgemm = (delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)NativeLibrary.GetExport(library, "cblas_sgemm");
        ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads"))(threads);
        Threads = ((delegate* unmanaged<int>)NativeLibrary.GetExport(library, "openblas_get_num_threads"))();
        Configuration = Text(library, "openblas_get_config");
        Core = Text(library, "openblas_get_corename");
    }

    /// <summary>What the library says of its build: version, switches.</summary>
    public string Configuration { get; }

    /// <summary>The core whose kernels it runs.</summary>
    public string Core { get; }

    /// <summary>Threads that it may use.</summary>
    public int Threads { get; }

    /// <summary>Loads the library.</summary>
    /// <param name="threads">Threads that it may use.</param>
    /// <returns>The library; null where this machine has none.</returns>
    public static OpenBlas? Find(int threads)
    {
        foreach (string place in Places)
            if (NativeLibrary.TryLoad(place, out nint library))
                return new OpenBlas(library, threads);
        return null;
    }

    /// <summary>C (rows, outputs) = A (rows, depth) times W (outputs, depth) transposed; one call.</summary>
    public void Multiply(int rows, int outputs, int depth, ReadOnlySpan<float> a, ReadOnlySpan<float> weights, Span<float> c)
    {
        fixed (float* left = a, right = weights, output = c)
            _sgemm(RowMajor, Plain, Transposed, rows, outputs, depth, 1, left, depth, right, depth, 0, output, outputs);
    }

    private static string Text(nint library, string name) => Marshal.PtrToStringAnsi(((delegate* unmanaged<nint>)NativeLibrary.GetExport(library, name))())?.Trim() ?? "";
}
