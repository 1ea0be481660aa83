using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Kernels;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Execution;

/// <summary>Launches operators without a reduction, on values that lie on the device; waits for none.</summary>
internal sealed class ElementwiseRunner(GpuDevice device, DeviceTables tables)
{
    public void Add(ResidualPlan plan, ArrayView<float> stream, ArrayView<float> x, ArrayView<float> y)
    {
        var launcher = new Launcher(device);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, int>>(typeof(ElementwiseKernels), nameof(ElementwiseKernels.Add))(
            launcher.Stream, launcher.For(y.Length), stream, x, y, (int)plan.Output);
    }

    public void SiluMultiply(ActivationPlan plan, ArrayView<float> gate, ArrayView<float> up, ArrayView<float> y)
    {
        if (y.Length == 0)
            return;
        var launcher = new Launcher(device);
        var shape = new ActivationShape { Math = (int)plan.Math, Form = (int)plan.Form, Steps = (int)plan.Steps, Intermediate = (int)plan.Intermediate, Output = (int)plan.Output };
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ulong>, ActivationShape>>(
            typeof(ElementwiseKernels), nameof(ElementwiseKernels.SiluMultiply))(launcher.Stream, launcher.For(y.Length), gate, up, y, tables.Roots.View, shape);
    }

    public void Gelu(ActivationPlan plan, ArrayView<float> x, ArrayView<float> y)
    {
        var launcher = new Launcher(device);
        if (plan.Gelu == GeluForm.Tanh)
            launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, int>>(typeof(ElementwiseKernels), nameof(ElementwiseKernels.GeluTanh))(
                launcher.Stream, launcher.For(y.Length), x, y, (int)plan.Output);
        else
            launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, int>>(typeof(ElementwiseKernels), nameof(ElementwiseKernels.GeluTable))(
                launcher.Stream, launcher.For(y.Length), x, y, tables.GeluOf(plan.Gelu).View, (int)plan.Output);
    }

    /// <summary>Rotates rows of heads; <paramref name="rotated"/> may be <paramref name="heads"/>.</summary>
    /// <param name="plan">The rotation's arithmetic.</param>
    /// <param name="interleaved">Whether pairs are neighbours.</param>
    /// <param name="half">Pairs of a head.</param>
    /// <param name="cosine">(positions, half).</param>
    /// <param name="sine">(positions, half).</param>
    /// <param name="positions">The row of the tables for each row of heads.</param>
    /// <param name="heads">(rows, heads x head_dim).</param>
    /// <param name="rotated">Receives as many.</param>
    public void Rope(
        RopePlan plan, bool interleaved, int half, ArrayView<float> cosine, ArrayView<float> sine, ArrayView<int> positions, ArrayView<float> heads, ArrayView<float> rotated)
    {
        var launcher = new Launcher(device);
        int pairs = heads.IntLength / 2;
        var shape = new RopeShape
        {
            Pairs = pairs, RowPairs = pairs / positions.IntLength, Half = half, Interleaved = interleaved ? 1 : 0, Fused = plan.Step.Kind == StepKind.Fma ? 1 : 0,
            Product = (int)plan.Product, Output = (int)plan.Output,
        };
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, RopeShape>>(
            typeof(ElementwiseKernels), nameof(ElementwiseKernels.Rope))(launcher.Stream, launcher.For(pairs), cosine, sine, positions, heads, rotated, shape);
    }
}
