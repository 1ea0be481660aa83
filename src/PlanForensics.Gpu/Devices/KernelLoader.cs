using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using PlanForensics.Gpu.Ptx;

namespace PlanForensics.Gpu.Devices;

/// <summary>Compiles each kernel once for one accelerator, PTX patched before it is loaded.</summary>
internal sealed class KernelLoader(Accelerator accelerator, DeviceCounters counters) : IDisposable
{
    private readonly Dictionary<(MethodInfo, Type), Delegate> _launchers = [];
    private readonly List<Kernel> _kernels = [];

    /// <summary>How often each kernel was launched.</summary>
    public Dictionary<MethodInfo, long> Launches { get; } = [];

    /// <summary>A launcher of an explicitly grouped kernel, for one launch: it counts as one.</summary>
    /// <typeparam name="TLauncher">An <c>Action</c> of the stream, the launch dimensions and the kernel's arguments.</typeparam>
    public TLauncher Load<TLauncher>(MethodInfo method)
        where TLauncher : Delegate
    {
        counters.Launches++;
        CollectionsMarshal.GetValueRefOrAddDefault(Launches, method, out _)++;
        if (_launchers.TryGetValue((method, typeof(TLauncher)), out Delegate? launcher))
            return (TLauncher)launcher;
        CompiledKernel compiled = accelerator.GetBackend().Compile(EntryPointDescription.FromExplicitlyGroupedKernel(method), KernelSpecialization.Empty);
        if (compiled is PTXCompiledKernel ptx)
            PtxPatch.Apply(ptx);
        Kernel kernel = accelerator.LoadKernel(compiled);
        _kernels.Add(kernel);
        TLauncher loaded = kernel.CreateLauncherDelegate<TLauncher>();
        _launchers[(method, typeof(TLauncher))] = loaded;
        return loaded;
    }

    public void Dispose()
    {
        foreach (Kernel kernel in _kernels)
            kernel.Dispose();
    }
}
