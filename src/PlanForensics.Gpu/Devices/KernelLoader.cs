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
    private readonly Dictionary<MethodInfo, Kernel> _kernels = [];
    private readonly Dictionary<(MethodInfo, int), long> _groupsAtOnce = [];

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
        TLauncher loaded = KernelOf(method).CreateLauncherDelegate<TLauncher>();
        _launchers[(method, typeof(TLauncher))] = loaded;
        return loaded;
    }

    /// <summary>Groups of a kernel that the device runs at the same time, as its driver says of the compiled kernel.</summary>
    public long GroupsAtOnce(MethodInfo method, int threads)
    {
        if (!_groupsAtOnce.TryGetValue((method, threads), out long groups))
            _groupsAtOnce[(method, threads)] = groups = (long)accelerator.EstimateMaxActiveGroupsPerMultiprocessor(KernelOf(method), threads, 0) * accelerator.NumMultiprocessors;
        return groups;
    }

    public void Dispose()
    {
        foreach (Kernel kernel in _kernels.Values)
            kernel.Dispose();
    }

    private Kernel KernelOf(MethodInfo method)
    {
        if (_kernels.TryGetValue(method, out Kernel? kernel))
            return kernel;
        CompiledKernel compiled = accelerator.GetBackend().Compile(EntryPointDescription.FromExplicitlyGroupedKernel(method), KernelSpecialization.Empty);
        if (compiled is PTXCompiledKernel ptx)
            PtxPatch.Apply(ptx);
        return _kernels[method] = accelerator.LoadKernel(compiled);
    }
}
