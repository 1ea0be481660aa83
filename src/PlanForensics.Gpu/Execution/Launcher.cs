using System.Numerics;
using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Kernels;

namespace PlanForensics.Gpu.Execution;

/// <summary>Launch dimensions of a device, and the launches that several operators share.</summary>
internal readonly struct Launcher(GpuDevice device)
{
    private const int GroupSize = 128;
    private const int GroupsPerMultiprocessor = 16;

    public AcceleratorStream Stream => device.Accelerator.DefaultStream;

    /// <summary>Groups and threads for some elements, each thread taking elements at equal distances.</summary>
    public KernelConfig For(long elements)
    {
        if (device.Kind == GpuDeviceKind.Cpu)
            return new KernelConfig((int)Math.Clamp(elements, 1, device.Limits.Multiprocessors), 1);
        long groups = (elements + GroupSize - 1) / GroupSize;
        return new KernelConfig((int)Math.Clamp(groups, 1, (long)device.Limits.Multiprocessors * GroupsPerMultiprocessor), GroupSize);
    }

    /// <summary>Threads of a group that shares work out, a power of two; one on the CPU device without warps, where a barrier costs more than the work.</summary>
    public static int GroupOf(GpuDevice device) => device.Kind == GpuDeviceKind.Cpu && device.Limits.WarpSize < 32
        ? 1
        : (int)Math.Min(GroupSize, BitOperations.RoundUpToPowerOf2((uint)device.Limits.ThreadsPerGroup + 1) / 2);

    /// <summary>A kernel by the class that holds it.</summary>
    public TLauncher Load<TLauncher>(Type kernels, string name)
        where TLauncher : Delegate => device.Kernels.Load<TLauncher>(Find(kernels, name));

    public static MethodInfo Find(Type kernels, string name) =>
        kernels.GetMethod(name, BindingFlags.Public | BindingFlags.Static) ?? throw new MissingMethodException(kernels.Name, name);

    /// <summary>Columns of the slots of a launch, and the slots.</summary>
    public DeviceLease<double> Slots(KernelConfig config, int slots) => device.Memory.Rent<double>(Math.Max(1, (long)config.GridDim.X * config.GroupDim.X * slots));

    public void Cast(ArrayView<float> source, ArrayView<float> target, int format) =>
        Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, int>>(typeof(ProgramKernels), nameof(ProgramKernels.Cast))(
            Stream, For(source.Length), source, target, format);
}
