using System.Reflection;
using PlanForensics.Gpu.Kernels;

namespace PlanForensics.Gpu.Ptx;

/// <summary>Every kernel of this package, generic ones closed over every policy they are used with.</summary>
internal static class KernelCatalog
{
    private static readonly Type[] Classes =
        [typeof(ProgramKernels), typeof(ElementwiseKernels), typeof(NormKernels), typeof(AttentionKernels), typeof(AttentionOutputKernels)];

    /// <summary>The kernels by name.</summary>
    public static IReadOnlyDictionary<string, MethodInfo> All { get; } = Classes
        .SelectMany(static type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .ToDictionary(static method => $"{method.DeclaringType!.Name}.{method.Name}");
}
