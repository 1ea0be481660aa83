using System.Globalization;
using ILGPU;
using ILGPU.Runtime.OpenCL;

namespace PlanForensics.Gpu.Devices;

/// <summary>Opens OpenCL devices.</summary>
/// <remarks>
/// OpenCL C lets a compiler contract and flush, and ILGPU has no way to hand it our arithmetic as one instruction each. So a device is opened only when every case of
/// <see cref="OpeningConformance"/> gives the reference's bits on it.
/// </remarks>
internal static class OpenClDevice
{
    public static GpuDevice Open(int index)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"opencl:{index}");
        Context context = DeviceContext.Create(static builder => builder.OpenCL());
        int count = context.GetCLDevices().Count;
        if (index >= count)
        {
            context.Dispose();
            throw new DeviceNotAvailableException(name, count == 0 ? "there is no OpenCL device or driver on this machine; use ilgpu-cpu or cpu" : $"this machine has {count} OpenCL devices, numbered from 0");
        }

        GpuDevice? device = null;
        string problem;
        try
        {
            device = GpuDevice.Adopt(context, context.CreateCLAccelerator(index), GpuDeviceKind.OpenCl, name);
            problem = OpeningConformance.FirstDifference(device) ?? "";
        }
        catch (Exception exception) when (exception is InternalCompilerException or CLException or NotSupportedException or InvalidOperationException)
        {
            problem = $"its kernels do not compile: {exception.Message}";
        }

        if (problem.Length == 0)
            return device!;
        device?.Dispose();
        if (device is null)
            context.Dispose();
        throw new DeviceNotAvailableException(name, $"its bits are not the reference's, so it is refused: {problem}");
    }
}
