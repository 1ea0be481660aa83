using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using PlanForensics.Gpu.Devices;

namespace PlanForensics.Gpu.Ptx;

/// <summary>Compiles kernels to PTX without a GPU.</summary>
internal static class PtxCompiler
{
    /// <summary>The PTX of an explicitly grouped kernel, patched as it would be before it is loaded.</summary>
    /// <param name="kernel">A static method.</param>
    /// <param name="architecture">For example <see cref="CudaArchitecture.SM_80"/>.</param>
    public static string Compile(MethodInfo kernel, CudaArchitecture architecture)
    {
        using Context context = NewContext();
        return Compile(context, kernel, architecture);
    }

    /// <summary>A context to compile in. A failed compilation leaves it in no usable state: one that failed is not used again.</summary>
    public static Context NewContext() => DeviceContext.Create(static _ => { });

    /// <summary>The same in a context that other kernels were compiled in.</summary>
    public static string Compile(Context context, MethodInfo kernel, CudaArchitecture architecture)
    {
        using var backend = new PTXBackend(context, architecture, CudaInstructionSet.ISA_80, null!);
        var compiled = (PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), KernelSpecialization.Empty);
        PtxPatch.Apply(compiled);
        return compiled.PTXAssembly;
    }
}
