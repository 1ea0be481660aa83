using System.Runtime.InteropServices;

namespace PlanForensics.Benchmarks.Peers;

/// <summary>OpenBLAS as installed on this machine (Debian: libopenblas0-pthread).</summary>
internal sealed unsafe class OpenBlas
{
    private const int RowMajor = 101;
    private const int Plain = 111;
    private const int Transposed = 112;
    private readonly delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> _sgemm;
    private readonly delegate* unmanaged<int, int, int, int, float, float*, int, float*, int, float, float*, int, void> _sgemv;
    private readonly delegate* unmanaged<int, void> _threads;

    private OpenBlas(nint library)
    {
        _sgemm = (delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)NativeLibrary.GetExport(library, "cblas_sgemm");
        _sgemv = (delegate* unmanaged<int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)NativeLibrary.GetExport(library, "cblas_sgemv");
        _threads = (delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads");
        Description = Marshal.PtrToStringAnsi(((delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "openblas_get_config"))()) ?? "OpenBLAS";
    }

    public string Description { get; }

    public static OpenBlas? TryLoad() => NativeLibrary.TryLoad("libopenblas.so.0", out nint library) ? new OpenBlas(library) : null;

    public void SetThreads(int threads) => _threads(threads);

    /// <summary>C (M, N) = A (M, K) times the transpose of W (N, K).</summary>
    public void Multiply(int m, int n, int k, float[] a, float[] w, float[] c)
    {
        fixed (float* left = a, right = w, output = c)
        {
            if (m == 1)
                _sgemv(RowMajor, Plain, n, k, 1, right, k, left, 1, 0, output, 1);
            else
                _sgemm(RowMajor, Plain, Transposed, m, n, k, 1, left, k, right, k, 0, output, n);
        }
    }
}
