using System.Globalization;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using PlanForensics.Gpu.Ptx;

namespace PlanForensics.Gpu.Devices;

/// <summary>An open device and the kernels that were loaded on it. One launch runs at a time.</summary>
public sealed class GpuDevice : IDisposable
{
    private readonly Context _context;
    private readonly DeviceCounters _counters = new();

    private GpuDevice(Context context, Accelerator accelerator, GpuDeviceKind kind, string name)
    {
        (_context, Accelerator, Kind, Name) = (context, accelerator, kind, name);
        Kernels = new KernelLoader(accelerator, _counters);
        Memory = new DeviceMemory(accelerator, _counters);
        Constants = new DeviceConstants(Memory);
        Limits = LimitsOf(accelerator);
    }

    /// <summary>What the device is.</summary>
    public GpuDeviceKind Kind { get; }

    /// <summary>The name it was opened by: <c>ilgpu-cpu</c>, <c>cuda:0</c> or <c>opencl:0</c>.</summary>
    public string Name { get; }

    /// <summary>The device as its maker names it, for example <c>NVIDIA H100 80GB HBM3</c>.</summary>
    public string Description => Kind == GpuDeviceKind.Cpu ? $"ILGPU CPU device, {Accelerator.NumMultiprocessors} threads" : Accelerator.Name;

    /// <summary>CUDA driver version, OpenCL version, or the .NET runtime's.</summary>
    public string DriverVersion => Accelerator switch
    {
        CudaAccelerator cuda => $"CUDA {cuda.DriverVersion}",
        CLAccelerator openCl => $"OpenCL {openCl.CVersion}",
        _ => $".NET {Environment.Version}",
    };

    /// <summary>Version of ILGPU.</summary>
    public static string IlgpuVersion => typeof(Context).Assembly.GetName().Version!.ToString(3);

    /// <summary>What the device has room for.</summary>
    public DeviceLimits Limits { get; internal set; }

    /// <summary>Launches, transfers and waits since the device was opened, and its memory.</summary>
    public DeviceTraffic Traffic
    {
        get
        {
            lock (Gate)
                return new DeviceTraffic(
                    _counters.Launches, _counters.Synchronizations, _counters.Uploads, _counters.UploadedBytes, _counters.Downloads, _counters.DownloadedBytes, Memory.BytesInUse, Memory.AllocatedBytes);
        }
    }

    /// <summary>How often each kernel was launched since the device was opened, by name with its policies: which path an operator took.</summary>
    public IReadOnlyDictionary<string, long> KernelLaunches
    {
        get
        {
            lock (Gate)
                return Kernels.Launches.ToDictionary(static pair => KernelCatalog.NameOf(pair.Key), static pair => pair.Value);
        }
    }

    /// <summary>The kernels that matrix products and attention ran in since the device was opened, and why no more specialised one was taken.</summary>
    public IReadOnlyList<KernelUse> KernelUses
    {
        get
        {
            lock (Gate)
                return Uses.ToList();
        }
    }

    internal KernelUses Uses { get; } = new();

    internal Accelerator Accelerator { get; }

    internal KernelLoader Kernels { get; }

    internal DeviceMemory Memory { get; }

    internal DeviceConstants Constants { get; }

    /// <summary>Held while an operator runs.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>Opens a device.</summary>
    /// <param name="name"><c>ilgpu-cpu</c>, <c>cuda</c>, <c>cuda:N</c>, <c>opencl</c> or <c>opencl:N</c>, N from 0.</param>
    /// <returns>The device; dispose it.</returns>
    /// <exception cref="ArgumentException">The name is none of those.</exception>
    /// <exception cref="DeviceNotAvailableException">This machine does not have the device, or an OpenCL device does not give the reference's bits.</exception>
    public static GpuDevice Open(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name == "ilgpu-cpu")
            return OpenCpu(2);
        string[] parts = name.Split(':');
        int index = 0;
        if (parts.Length > 2 || parts[0] is not ("cuda" or "opencl") || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index)))
            throw new ArgumentException($"no device is named \"{name}\"; expected ilgpu-cpu, cuda, cuda:N, opencl or opencl:N", nameof(name));
        return parts[0] == "cuda" ? OpenCuda(index) : OpenClDevice.Open(index);
    }

    /// <summary>The names of the devices of this machine that can be opened; <c>ilgpu-cpu</c> always, OpenCL devices as far as the driver lists them.</summary>
    /// <returns>Names for <see cref="Open"/>.</returns>
    public static IReadOnlyList<string> List()
    {
        using Context context = DeviceContext.Create(static builder => builder.Cuda().OpenCL());
        return
        [
            "ilgpu-cpu",
            .. Enumerable.Range(0, context.GetCudaDevices().Count).Select(index => string.Create(CultureInfo.InvariantCulture, $"cuda:{index}")),
            .. Enumerable.Range(0, context.GetCLDevices().Count).Select(index => string.Create(CultureInfo.InvariantCulture, $"opencl:{index}")),
        ];
    }

    /// <summary>ILGPU's CPU device with a given warp: 2 for barrier-free kernels with one thread a group, 32 where lanes are exchanged.</summary>
    internal static GpuDevice OpenCpu(int warp, int warps = 1)
    {
        Context context = DeviceContext.Create(static builder => builder.CPU(static _ => true));
        int processors = warp == 2 ? Environment.ProcessorCount : 1;
        return new GpuDevice(context, new CPUDevice(warp, warps, processors).CreateCPUAccelerator(context, CPUAcceleratorMode.Parallel), GpuDeviceKind.Cpu, "ilgpu-cpu");
    }

    internal static GpuDevice Adopt(Context context, Accelerator accelerator, GpuDeviceKind kind, string name) => new(context, accelerator, kind, name);

    /// <summary>Waits until everything launched has run.</summary>
    internal void Synchronize()
    {
        _counters.Synchronizations++;
        Accelerator.Synchronize();
    }

    /// <summary>Whether the device is closed: what lies on it is lost.</summary>
    internal bool IsClosed { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        IsClosed = true;
        Memory.Dispose();
        Kernels.Dispose();
        Accelerator.Dispose();
        _context.Dispose();
    }

    private static GpuDevice OpenCuda(int index)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"cuda:{index}");
        Context context = DeviceContext.Create(static builder => builder.Cuda());
        int count = context.GetCudaDevices().Count;
        if (index >= count)
        {
            context.Dispose();
            throw new DeviceNotAvailableException(name, count == 0 ? "there is no CUDA device or driver on this machine; use ilgpu-cpu or cpu" : $"this machine has {count} CUDA devices, numbered from 0");
        }

        return new GpuDevice(context, context.CreateCudaAccelerator(index), GpuDeviceKind.Cuda, name);
    }

    private static DeviceLimits LimitsOf(Accelerator accelerator) => new(
        accelerator.WarpSize, accelerator.MaxNumThreadsPerGroup, accelerator.MaxSharedMemoryPerGroup, accelerator is CudaAccelerator cuda ? cuda.TotalNumRegistersPerGroup : 0,
        accelerator.MaxGridSize.X, accelerator.MaxGridSize.Y, accelerator.MaxGridSize.Z, accelerator.MemorySize, accelerator.NumMultiprocessors);
}
