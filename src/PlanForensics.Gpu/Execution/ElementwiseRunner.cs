using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Kernels;
using PlanForensics.Kernels;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Execution;

/// <summary>Runs operators without a reduction.</summary>
internal sealed class ElementwiseRunner(GpuDevice device, DeviceTables tables)
{
    public void Add(ResidualPlan plan, ReadOnlySpan<float> stream, ReadOnlySpan<float> x, Span<float> y)
    {
        if (y.IsEmpty)
            return;
        var launcher = new Launcher(device);
        using DeviceLease<float> left = device.Memory.Rent(stream);
        using DeviceLease<float> right = device.Memory.Rent(x);
        using DeviceLease<float> output = device.Memory.Rent<float>(y.Length);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, int>>(typeof(ElementwiseKernels), nameof(ElementwiseKernels.Add))(
            launcher.Stream, launcher.For(y.Length), left.View, right.View, output.View, (int)plan.Output);
        Finish(output, y);
    }

    public void SiluMultiply(ActivationPlan plan, ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> y)
    {
        if (y.IsEmpty)
            return;
        var launcher = new Launcher(device);
        using DeviceLease<float> left = device.Memory.Rent(gate);
        using DeviceLease<float> right = device.Memory.Rent(up);
        using DeviceLease<float> output = device.Memory.Rent<float>(y.Length);
        var shape = new ActivationShape { Math = (int)plan.Math, Form = (int)plan.Form, Steps = (int)plan.Steps, Intermediate = (int)plan.Intermediate, Output = (int)plan.Output };
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ulong>, ActivationShape>>(
            typeof(ElementwiseKernels), nameof(ElementwiseKernels.SiluMultiply))(
            launcher.Stream, launcher.For(y.Length), left.View, right.View, output.View, tables.Roots.View, shape);
        Finish(output, y);
    }

    public void Gelu(ActivationPlan plan, ReadOnlySpan<float> x, Span<float> y)
    {
        if (y.IsEmpty)
            return;
        var launcher = new Launcher(device);
        using DeviceLease<float> input = device.Memory.Rent(x);
        using DeviceLease<float> output = device.Memory.Rent<float>(y.Length);
        if (plan.Gelu == GeluForm.Tanh)
            launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, int>>(typeof(ElementwiseKernels), nameof(ElementwiseKernels.GeluTanh))(
                launcher.Stream, launcher.For(y.Length), input.View, output.View, (int)plan.Output);
        else
            launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, int>>(typeof(ElementwiseKernels), nameof(ElementwiseKernels.GeluTable))(
                launcher.Stream, launcher.For(y.Length), input.View, output.View, tables.GeluOf(plan.Gelu).View, (int)plan.Output);
        Finish(output, y);
    }

    public void Rope(RopePlan plan, bool interleaved, ReadOnlySpan<float> cosine, ReadOnlySpan<float> sine, Span<float> heads)
    {
        if (heads.IsEmpty)
            return;
        var launcher = new Launcher(device);
        using DeviceLease<float> c = device.Memory.Rent(cosine);
        using DeviceLease<float> s = device.Memory.Rent(sine);
        using DeviceLease<float> values = device.Memory.Rent<float>(heads);
        var shape = new RopeShape
        {
            Pairs = heads.Length / 2, Half = cosine.Length, Interleaved = interleaved ? 1 : 0, Fused = plan.Step.Kind == StepKind.Fma ? 1 : 0, Product = (int)plan.Product, Output = (int)plan.Output,
        };
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, RopeShape>>(typeof(ElementwiseKernels), nameof(ElementwiseKernels.Rope))(
            launcher.Stream, launcher.For(shape.Pairs), c.View, s.View, values.View, shape);
        Finish(values, heads);
    }

    private void Finish(DeviceLease<float> output, Span<float> y)
    {
        device.Synchronize();
        output.Read(y);
    }
}
