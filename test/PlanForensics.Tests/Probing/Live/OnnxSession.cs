using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace PlanForensics.Tests.Probing.Live;

/// <summary>ONNX Runtime over buffers of the caller's: no copies, so that the engine sees the caller's addresses.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly (string Name, int[] Shape)[] _inputs;
    private readonly int[] _output;
    private readonly RunOptions _run = new();

    private OnnxSession(byte[] model, int threads, (string Name, int[] Shape)[] inputs, int[] output)
    {
        using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        _session = new InferenceSession(model, options);
        (_inputs, _output) = (inputs, output);
    }

    public static OnnxSession Open(
        string operation, int threads, (string Name, int[] Shape)[] inputs, int[] output, (string Name, int[] Shape, float[] Values)[]? constants = null, int? axes = null, int opset = 17,
        string domain = "")
    {
        try
        {
            return new OnnxSession(OnnxModel.Write(operation, inputs, constants ?? [], output, axes, opset, domain), threads, inputs, output);
        }
        catch (Exception exception) when (exception is DllNotFoundException or TypeInitializationException or BadImageFormatException)
        {
            Assert.Skip($"ONNX Runtime does not load here: {exception.InnerException?.Message ?? exception.Message}");
            throw;
        }
    }

    public void Run(Span<float> output, ReadOnlySpan<float> first, ReadOnlySpan<float> second = default)
    {
        var values = new List<OrtValue>();
        try
        {
            values.Add(Value(_inputs[0].Shape, first));
            if (_inputs.Length > 1)
                values.Add(Value(_inputs[1].Shape, second));
            using OrtValue result = Value(_output, output);
            _session.Run(_run, [.. _inputs.Select(input => input.Name)], values, ["Y"], [result]);
        }
        finally
        {
            foreach (OrtValue value in values)
                value.Dispose();
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }

    /// <summary>The spans lie in pinned memory: they stay where they are for the call.</summary>
    private static unsafe OrtValue Value(int[] shape, ReadOnlySpan<float> data)
    {
        nint address = (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(data));
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float, [.. shape.Select(dimension => (long)dimension)], address, (long)data.Length * sizeof(float));
    }
}
