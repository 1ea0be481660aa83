using System.Runtime.Intrinsics;
using PlanForensics.Kernels.Reference;
using PlanForensics.Kernels.Simd;

namespace PlanForensics.Kernels;

/// <summary>The CPU kernels of this machine. All give the same bits; they differ in speed.</summary>
/// <remarks>
/// <c>reference</c> and <c>vector128</c> run everywhere; <c>vector256</c> and <c>vector512</c> where the processor has such registers and the runtime uses them. The environment variable
/// <see cref="ForceVariable"/> picks the default kernel by name. Bitwise: identical on every machine.
/// </remarks>
public static class KernelSelection
{
    /// <summary>Environment variable that names the default kernel: <c>PLANFORENSICS_FORCE_KERNEL</c>; read once.</summary>
    public const string ForceVariable = "PLANFORENSICS_FORCE_KERNEL";

    private static readonly string[] Names = ["vector512", "vector256", "vector128", "reference"];
    private static readonly Lazy<IOperatorKernels> LazyDefault = new(() => Choose(Environment.GetEnvironmentVariable(ForceVariable)), LazyThreadSafetyMode.PublicationOnly);
    private static readonly Lazy<IReadOnlyList<IOperatorKernels>> LazyAvailable = new(() => [.. Names.Where(IsAvailable).Select(name => Create(name))]);

    /// <summary>The kernel that <see cref="ForceVariable"/> names, else the widest one available, on as many threads as there are processors.</summary>
    /// <exception cref="ArgumentException">The variable names no kernel.</exception>
    /// <exception cref="PlatformNotSupportedException">The variable names a kernel that this machine does not run.</exception>
    public static IOperatorKernels Default => LazyDefault.Value;

    /// <summary>All kernels of this machine, widest registers first, <c>reference</c> last.</summary>
    public static IReadOnlyList<IOperatorKernels> Available => LazyAvailable.Value;

    /// <summary>A kernel by its name, on as many threads as there are processors.</summary>
    /// <param name="name"><c>reference</c>, <c>vector512</c>, <c>vector256</c> or <c>vector128</c>.</param>
    /// <returns>The kernel.</returns>
    /// <exception cref="ArgumentException">There is no kernel of that name.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine does not run it.</exception>
    public static IOperatorKernels Get(string name)
    {
        Check(name, nameof(name));
        return Available.First(kernels => kernels.Name == name);
    }

    /// <summary>A kernel by its name, on a number of threads. The number never changes a bit.</summary>
    /// <param name="name"><c>reference</c>, <c>vector512</c>, <c>vector256</c> or <c>vector128</c>.</param>
    /// <param name="threads">Most threads for one operator, at least 1; the reference always uses one.</param>
    /// <returns>A new kernel.</returns>
    /// <exception cref="ArgumentException">There is no kernel of that name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one thread.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine does not run it.</exception>
    public static IOperatorKernels Create(string name, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Check(name, nameof(name));
        return name switch
        {
            "vector512" => new SimdKernels<Vector512<float>, Vector512<double>, Simd512>(threads),
            "vector256" => new SimdKernels<Vector256<float>, Vector256<double>, Simd256>(threads),
            "vector128" => new SimdKernels<Vector128<float>, Vector128<double>, Simd128>(threads),
            _ => ReferenceKernels.Instance,
        };
    }

    /// <summary>What <see cref="Default"/> is for a value of <see cref="ForceVariable"/>.</summary>
    internal static IOperatorKernels Choose(string? forced)
    {
        if (string.IsNullOrEmpty(forced))
            return Available[0];
        Check(forced, ForceVariable);
        return Get(forced);
    }

    private static IOperatorKernels Create(string name) => Create(name, Environment.ProcessorCount);

    private static bool IsAvailable(string name) => name switch
    {
        "vector512" => Simd512.IsAccelerated,
        "vector256" => Simd256.IsAccelerated,
        _ => true,
    };

    private static void Check(string name, string source)
    {
        if (!Names.Contains(name))
            throw new ArgumentException($"{source}: no kernel is named \"{name}\"; expected {string.Join(", ", Names)}", nameof(name));
        if (!IsAvailable(name))
            throw new PlatformNotSupportedException(
                $"{source}: kernel {name} does not run on this machine; available: {string.Join(", ", Names.Where(IsAvailable))}");
    }
}
