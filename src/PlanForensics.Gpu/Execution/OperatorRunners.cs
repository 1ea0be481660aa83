using PlanForensics.Gpu.Devices;

namespace PlanForensics.Gpu.Execution;

/// <summary>All that runs operators on one device.</summary>
internal sealed class OperatorRunners
{
    public OperatorRunners(GpuDevice device)
    {
        Device = device;
        var tables = new DeviceTables(device);
        Gemm = new GemmRunner(device);
        Norm = new NormRunner(device, Gemm);
        Attention = new AttentionRunner(device, tables, Gemm);
        Composed = new ComposedAttentionRunner(device, tables, Gemm);
        Quantized = new QuantizedRunner(device, Gemm);
        Elementwise = new ElementwiseRunner(device, tables);
    }

    public GpuDevice Device { get; }

    public GemmRunner Gemm { get; }

    public NormRunner Norm { get; }

    public AttentionRunner Attention { get; }

    public ComposedAttentionRunner Composed { get; }

    public QuantizedRunner Quantized { get; }

    public ElementwiseRunner Elementwise { get; }
}
