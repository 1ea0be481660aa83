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
        // A failed compilation leaves an ILGPU context in no usable state, so each has one of its own.
        using Context context = DeviceContext.Create(static _ => { });
        using var backend = new PTXBackend(context, architecture, CudaInstructionSet.ISA_80, null!);
        var compiled = (PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), KernelSpecialization.Empty);
        PtxPatch.Apply(compiled);
        return compiled.PTXAssembly;
    }
}
