using System.Reflection;
using PlanForensics.Gpu.Comparison;
using PlanForensics.Gpu.Kernels;
using PlanForensics.Gpu.MatrixUnits;
using PlanForensics.Gpu.Rows;
using PlanForensics.Gpu.Tiles;
using PlanForensics.Gpu.Turnstiles;
using PlanForensics.Gpu.Warps;
using PlanForensics.Gpu.Weights;

namespace PlanForensics.Gpu.Ptx;

/// <summary>Every kernel of this package, generic ones closed over every policy they are used with.</summary>
internal static class KernelCatalog
{
    private static readonly Type[] Classes =
        [typeof(ProgramKernels), typeof(ElementwiseKernels), typeof(NormKernels), typeof(AttentionKernels), typeof(AttentionOutputKernels), typeof(FusedAttentionKernels), typeof(ComposedAttentionKernels), typeof(QuantizedKernels), typeof(TileKernels), typeof(TurnstileKernels), typeof(WarpKernels), typeof(RowKernels), typeof(UnitKernels), typeof(PackKernels), typeof(ArgmaxKernels), typeof(UlpCountKernels)];

    private static readonly Type[] Policies =
        [typeof(FmaStep), typeof(MulAddStep), typeof(Bf16Unit), typeof(Fp16Unit), typeof(Tf32Unit), typeof(EightWarps), typeof(Fp32Weights), typeof(Bf16Weights), typeof(Fp16Weights)];

    /// <summary>The kernels by name.</summary>
    public static IReadOnlyDictionary<string, MethodInfo> All { get; } = Classes
        .SelectMany(static type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Where(static method => method.ReturnType == typeof(void))
        .Where(static method => method.Name != nameof(TileKernels.GemmPhased)) // the CPU device's drivers only
        .SelectMany(Close)
        .ToDictionary(NameOf);

    /// <summary>A kernel's name, its policies in brackets.</summary>
    public static string NameOf(MethodInfo method) =>
        $"{method.DeclaringType!.Name}.{method.Name}" + (method.IsGenericMethod ? $"({string.Join(", ", method.GetGenericArguments().Select(static type => type.Name))})" : "");

    /// <summary>A generic kernel over each combination of its policies.</summary>
    private static IEnumerable<MethodInfo> Close(MethodInfo method) => method.IsGenericMethodDefinition
        ? method.GetGenericArguments().Aggregate<Type, IEnumerable<Type[]>>([[]], static (found, argument) => found.SelectMany(chosen => PoliciesOf(argument).Select(policy => (Type[])[.. chosen, policy])))
            .Select(method.MakeGenericMethod)
        : [method];

    private static IEnumerable<Type> PoliciesOf(Type argument) => Policies.Where(argument.GetGenericParameterConstraints().First(static type => type.IsInterface).IsAssignableFrom);
}
