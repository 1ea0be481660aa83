using System.Runtime.InteropServices;

namespace PlanForensics.Tests.Engines.OpenBlas;

/// <summary>The system's OpenBLAS, as Debian's package libopenblas0-pthread installs it. Which core type it runs is decided by the environment when it is loaded.</summary>
internal sealed class OpenBlasLibrary
{
    public const string Version = "0.3.21";

    private static readonly string[] Places = ["/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0", "/usr/lib/x86_64-linux-gnu/libopenblas.so.0"];

    private readonly Sgemm _sgemm;
    private readonly SetThreads _setThreads;

    private OpenBlasLibrary(nint handle)
    {
        _sgemm = Entry<Sgemm>(handle, "sgemm_");
        _setThreads = Entry<SetThreads>(handle, "openblas_set_num_threads");
        Config = Marshal.PtrToStringAnsi(Entry<GetText>(handle, "openblas_get_config")()) ?? "";
        CoreName = Marshal.PtrToStringAnsi(Entry<GetText>(handle, "openblas_get_corename")()) ?? "";
    }

    private delegate void Sgemm(
        in byte transposeA, in byte transposeB, in int m, in int n, in int k, in float alpha, float[] a, in int strideA, float[] b, in int strideB, in float beta, float[] c, in int strideC);

    private delegate void SetThreads(int count);

    private delegate nint GetText();

    public static string? Path => Places.FirstOrDefault(File.Exists);

    public string Config { get; }

    public string CoreName { get; }

    public static OpenBlasLibrary Load() => new(NativeLibrary.Load(Path ?? throw new FileNotFoundException("no OpenBLAS")));

    /// <summary>Row-major C = A W^T as a row-major caller asks the library for it: the first operand is W, m is N, n is M.</summary>
    /// <param name="activations">(M, K), or (K, M) when transposed.</param>
    /// <param name="weights">(N, K) when transposed, else (K, N).</param>
    public float[] Multiply(int rows, int columns, int depth, float[] activations, bool activationsTransposed, float[] weights, bool weightsTransposed, int threads)
    {
        float[] output = new float[rows * columns];
        _setThreads(threads);
        _sgemm(
            weightsTransposed ? (byte)'T' : (byte)'N', activationsTransposed ? (byte)'T' : (byte)'N', columns, rows, depth, 1f,
            weights, weightsTransposed ? depth : columns, activations, activationsTransposed ? rows : depth, 0f, output, columns);
        return output;
    }

    private static T Entry<T>(nint handle, string name)
        where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(handle, name));
}
