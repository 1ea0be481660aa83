using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Xunit;

namespace PlanForensics.Tests.Probing.Live;

/// <summary>
/// The system's OpenBLAS run as one core type. The library reads OPENBLAS_CORETYPE once, when it is loaded: each core type loads a copy of the file, which the loader takes for another library.
/// </summary>
internal sealed unsafe class OpenBlasCore
{
    private const int RowMajor = 101;
    private const int Plain = 111;
    private const int Transposed = 112;
    private static readonly string[] Places = ["/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0", "/usr/lib/x86_64-linux-gnu/libopenblas.so.0"];
    private static readonly Lock Loading = new();
    private static readonly Dictionary<string, OpenBlasCore> Loaded = [];
    private readonly delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> _sgemm;
    private readonly delegate* unmanaged<int, int, int, int, float, float*, int, float*, int, float, float*, int, void> _sgemv;
    private readonly delegate* unmanaged<int, float*, int, float*, int, float> _sdot;
    private readonly delegate* unmanaged<int, void> _setThreads;

    private OpenBlasCore(nint library)
    {
        _sgemm = (delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)NativeLibrary.GetExport(library, "cblas_sgemm");
        _sgemv = (delegate* unmanaged<int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)NativeLibrary.GetExport(library, "cblas_sgemv");
        _sdot = (delegate* unmanaged<int, float*, int, float*, int, float>)NativeLibrary.GetExport(library, "cblas_sdot");
        _setThreads = (delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads");
        Config = Marshal.PtrToStringAnsi(((delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "openblas_get_config"))()) ?? "";
        Name = Marshal.PtrToStringAnsi(((delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "openblas_get_corename"))()) ?? "";
    }

    public string Config { get; }

    public string Name { get; }

    /// <summary>The library as a core type, or a skip that says why not.</summary>
    public static OpenBlasCore Get(string core)
    {
        string? path = Places.FirstOrDefault(File.Exists);
        if (path is null)
            Assert.Skip("no OpenBLAS on this machine; Debian's package is libopenblas0-pthread");
        if (!Runs(core))
            Assert.Skip($"this processor does not run {core}'s kernels");
        lock (Loading)
        {
            if (!Loaded.TryGetValue(core, out OpenBlasCore? found))
                Loaded[core] = found = Load(path, core);
            return found;
        }
    }

    /// <summary>C (M, N) = A (M, K) times B, which is (N, K) or, with terms first, (K, N).</summary>
    public void Multiply((int M, int N, int K) shape, bool termsFirst, int threads, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c)
    {
        _setThreads(threads);
        fixed (float* left = a, right = b, output = c)
            _sgemm(RowMajor, Plain, termsFirst ? Plain : Transposed, shape.M, shape.N, shape.K, 1, left, shape.K, right, termsFirst ? shape.N : shape.K, 0, output, shape.N);
    }

    /// <summary>y (N) = W (N, K) x (K).</summary>
    public void MultiplyVector(int outputs, int depth, int threads, ReadOnlySpan<float> weights, ReadOnlySpan<float> x, Span<float> y)
    {
        _setThreads(threads);
        fixed (float* matrix = weights, vector = x, output = y)
            _sgemv(RowMajor, Plain, outputs, depth, 1, matrix, depth, vector, 1, 0, output, 1);
    }

    public float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        _setThreads(1);
        fixed (float* left = a, right = b)
            return _sdot(a.Length, left, 1, right, 1);
    }

    private static bool Runs(string core) => core switch
    {
        "SkylakeX" => Avx512F.IsSupported,
        "Cooperlake" => Avx512F.IsSupported && X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0,
        "Haswell" or "Zen" => Avx2.IsSupported && Fma.IsSupported,
        "Sandybridge" => Avx.IsSupported,
        _ => Sse3.IsSupported,
    };

    private static OpenBlasCore Load(string path, string core)
    {
        string copy = Path.Combine(Path.GetTempPath(), $"planforensics-{Environment.ProcessId}-{core}.so");
        File.Copy(path, copy, overwrite: true);
        try
        {
            if (SetEnvironment("OPENBLAS_CORETYPE", core, 1) != 0 || SetEnvironment("OPENBLAS_NUM_THREADS", "2", 1) != 0)
                throw new InvalidOperationException("the environment cannot be set");
            return new OpenBlasCore(NativeLibrary.Load(copy));
        }
        finally
        {
            File.Delete(copy); // stays mapped
        }
    }

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetEnvironment(string name, string value, int overwrite);
}
