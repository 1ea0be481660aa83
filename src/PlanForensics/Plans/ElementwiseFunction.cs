namespace PlanForensics.Plans;

/// <summary>A function that a library computes element by element, together with the library's way of computing it.</summary>
public enum ElementwiseFunction
{
    /// <summary>ONNX Runtime's Sigmoid: <c>MlasFunctions.Logistic(x)</c> (<c>mlas_logistic</c>).</summary>
    MlasLogistic,

    /// <summary>ONNX Runtime's Swish, and Sigmoid times x: <c>fl(x * Logistic(x))</c> (<c>mlas_silu</c>).</summary>
    MlasSilu,

    /// <summary>ONNX Runtime's QuickGelu with its default factor: <c>fl(x * Logistic(fl(x * 1.702)))</c> (<c>mlas_quick_gelu</c>).</summary>
    MlasQuickGelu,

    /// <summary>ONNX Runtime's Tanh: <c>MlasFunctions.Tanh(x)</c> (<c>mlas_tanh</c>).</summary>
    MlasTanh,

    /// <summary>ONNX Runtime's Erf: <c>MlasFunctions.Erf(x)</c> (<c>mlas_erf</c>).</summary>
    MlasErf,

    /// <summary>ONNX Runtime's Gelu: <c>fl(fl(0.5 * x) * fl(Erf(fl(x * 0x1.6a09e6p-1)) + 1))</c> (<c>mlas_gelu_erf</c>).</summary>
    MlasGeluErf,

    /// <summary>
    /// ONNX Runtime's FastGelu, and Gelu with <c>approximate=tanh</c>: <c>u = fl(x * fl(fl(fl(0x1.2444f2p-5 * x) * x) + 0x1.988454p-1))</c>, <c>fl(fl(0.5 * x) * fl(Tanh(u) + 1))</c> (<c>mlas_gelu_tanh</c>).
    /// </summary>
    MlasGeluTanh,

    /// <summary>
    /// PyTorch's GELU with <c>approximate=tanh</c> in whole vectors: <c>u = fl(0x1.988454p-1 * fma(0.044715, fl(fl(x * x) * x), x))</c>, <c>fl(fl(0.5 * x) * fl(1 + SleefTanh(u)))</c> (<c>aten_gelu_tanh</c>).
    /// Elements that fill no block of 32 take glibc's tanhf instead, which this library does not hold.
    /// </summary>
    AtenGeluTanh,
}
