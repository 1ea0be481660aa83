using Microsoft.ML.OnnxRuntime;
using PlanForensics.Tests.Probing.Live;

namespace PlanForensics.Benchmarks.Peers;

/// <summary>ONNX Runtime's MatMul with constant weights, which it packs once.</summary>
internal sealed class OnnxMatMul : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly OrtValue _x;
    private readonly OrtValue _y;

    public OnnxMatMul(int m, int n, int k, float[] a, float[] w, float[] c, int threads)
    {
        float[] transposed = new float[w.Length];
        for (int row = 0; row < n; row++)
            for (int column = 0; column < k; column++)
                transposed[(column * n) + row] = w[(row * k) + column];
        using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        _session = new InferenceSession(OnnxModel.Write("MatMul", [("X", [m, k])], [("W", [k, n], transposed)], [m, n]), options);
        _x = OrtValue.CreateTensorValueFromMemory(a, [m, k]);
        _y = OrtValue.CreateTensorValueFromMemory(c, [m, n]);
    }

    public void Run() => _session.Run(_run, ["X"], [_x], ["Y"], [_y]);

    public void Dispose()
    {
        _x.Dispose();
        _y.Dispose();
        _run.Dispose();
        _session.Dispose();
    }
}
