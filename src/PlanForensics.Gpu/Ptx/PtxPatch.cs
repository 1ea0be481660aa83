using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ILGPU.Backends.PTX;

namespace PlanForensics.Gpu.Ptx;

/// <summary>Takes out of ILGPU's PTX what is wrong for kernels that call intrinsics.</summary>
internal static partial class PtxPatch
{
    /// <summary>
    /// Removes <c>.uni</c> from predicated branches: ILGPU 1.5.3 takes the result of every call, our intrinsics included, for equal in all threads of a warp, and a uniform branch on a
    /// predicate that is not is undefined.
    /// </summary>
    public static void Apply(PTXCompiledKernel kernel)
    {
        ref string assembly = ref Assembly(kernel);
        assembly = Apply(assembly);
    }

    public static string Apply(string assembly) => UniformBranch().Replace(assembly, "$1");

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<PTXAssembly>k__BackingField")]
    private static extern ref string Assembly(PTXCompiledKernel kernel);

    [GeneratedRegex(@"(@!?%p\d+\s+bra)\.uni")]
    private static partial Regex UniformBranch();
}
