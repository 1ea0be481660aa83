using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Execution;
using PlanForensics.Gpu.Tiles;
using PlanForensics.Gpu.Weights;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Warps;

/// <summary>Launches products with a warp for each output.</summary>
internal sealed class WarpRunner(GpuDevice device)
{
    /// <summary>Whether the device has warps of 32 lanes.</summary>
    public bool HasWarps => device.Limits.WarpSize == WarpShape.Lanes;

    /// <summary>One launch; does not wait.</summary>
    public void Run(WarpProgram form, FusedEpilogue epilogue, ArrayView<float> a, DeviceMatrix weights, ArrayView<float> bias, ArrayView<float> c, int m, int n, int k)
    {
        var shape = new WarpShape
        {
            M = m, N = n, K = k, Vector = form.Vector, Used = Math.Min(WarpShape.Lanes, (k + form.Vector - 1) / form.Vector), Merge = (int)form.Merge,
            StartsAtZero = form.StartsAtZero ? 1 : 0, Together = form.Vector is 4 or 8 && k % form.Vector == 0 ? form.Vector : 0, HasBias = epilogue.HasBias, BiasFormat = epilogue.BiasFormat, Output = epilogue.Output,
        };
        int threads = Math.Min(WarpShape.Threads, device.Limits.ThreadsPerGroup);
        long groups = (((long)m * n) + (threads / WarpShape.Lanes) - 1) / (threads / WarpShape.Lanes);
        device.Kernels.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<uint>, ArrayView<float>, ArrayView<float>, WarpShape>>(KernelOf(form.Step, weights.Policy))(
            device.Accelerator.DefaultStream, new KernelConfig((int)Math.Min(groups, device.Limits.Multiprocessors * 64L), threads), a, weights.Words, bias, c, shape);
    }

    public static MethodInfo KernelOf(StepKind step, Type weights) =>
        Launcher.Find(typeof(WarpKernels), nameof(WarpKernels.Gemv)).MakeGenericMethod(step == StepKind.Fma ? typeof(FmaStep) : typeof(MulAddStep), weights);
}
