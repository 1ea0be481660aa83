namespace PlanForensics.Gpu.Devices;

/// <summary>What a device is.</summary>
public enum GpuDeviceKind
{
    /// <summary>ILGPU's CPU device: the kernels as .NET code.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda,

    /// <summary>An OpenCL device; opened only if its bits pass the conformance cases.</summary>
    OpenCl,
}
