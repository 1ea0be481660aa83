using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Execution;
using PlanForensics.Gpu.Warps;
using PlanForensics.Gpu.Weights;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>Launches products on matrix units: the precision path whose arithmetic is the GPU's own.</summary>
/// <remarks>
/// A program takes this path where it is the device's model (<see cref="TensorCoreCatalog"/>) from +0.0 over a K of whole stages, and, on a GPU, where the unit has given the interpreter's bits in
/// <see cref="UnitCheck"/> on this very device. Everywhere else the unit's step is run in software, which is slower and gives the same bits.
/// </remarks>
internal sealed class UnitRunner(GpuDevice device)
{
    private readonly Dictionary<NumericFormat, bool> _trusted = [];

    /// <summary>The GPU of the catalogue that the device is, or null.</summary>
    public string? Gpu { get; } = device.Limits.WarpSize != WarpShape.Lanes ? null
        : device.Accelerator is not CudaAccelerator cuda ? (device.Kind == GpuDeviceKind.Cpu ? "H100" : null)
        : (cuda.Architecture.Major, cuda.Architecture.Minor) switch { (8, 0) => "A100", (9, 0) => "H100", _ => null };

    /// <summary>Whether matrix units run a program.</summary>
    public bool Runs(ReductionProgram program) => FormatOf(program) is { } format && Trusts(format);

    /// <summary>The operands' format where a program is one chain of the device's own blocks, else null.</summary>
    public NumericFormat? FormatOf(ReductionProgram program)
    {
        if (Gpu is null || program.OperandA != program.OperandB || program.OperandA is not (NumericFormat.Bf16 or NumericFormat.Fp16 or NumericFormat.Tf32) || FusedEpilogue.Of(program) is null)
            return null;
        return program.Root!.Items is [ReductionSegment { Start: 0, Stride: 1 } segment] && segment.Count == program.Depth
            && segment.Step == TensorCoreCatalog.Get(Gpu, program.OperandA, NumericFormat.Fp32).Step && program.Depth * BytesOf(program.OperandA) % (4 * UnitShape.StageWords) == 0
            ? program.OperandA
            : null;
    }

    /// <summary>Runs a whole product of operands that are in their format; does not wait. Two-byte weights are read as they lie.</summary>
    public void Run(ReductionProgram program, ArrayView<float> a, DeviceMatrix weights, ArrayView<float> bias, ArrayView<float> c, int m, int n)
    {
        NumericFormat format = program.OperandA;
        int words = program.Depth * BytesOf(format) / 4;
        using DeviceLease<uint> left = Pack(a.SubView(0, (long)m * program.Depth), format, (long)m * words);
        using DeviceLease<uint>? right = format == NumericFormat.Tf32 && weights.Storage != NumericFormat.Fp32 ? Unpack(weights, (long)n * words) : null;
        FusedEpilogue epilogue = FusedEpilogue.Of(program)!;
        Launch(format, left.View, right?.View ?? weights.Words, bias, c, new UnitShape { M = m, N = n, Words = words, HasBias = epilogue.HasBias, BiasFormat = epilogue.BiasFormat, Output = epilogue.Output });
    }

    /// <summary>One launch over packed operands; does not wait.</summary>
    public void Launch(NumericFormat format, ArrayView<uint> a, ArrayView<uint> weights, ArrayView<float> bias, ArrayView<float> c, UnitShape shape)
    {
        (int rows, int columns) = IsSmall ? (UnitShape.WarpRows, UnitShape.WarpColumns) : (UnitShape.Rows, UnitShape.Columns);
        shape.TilesM = (shape.M + rows - 1) / rows;
        int tiles = shape.TilesM * ((shape.N + columns - 1) / columns);
        int threads = WarpShape.Lanes * (IsSmall ? 1 : EightWarps.WarpsM * EightWarps.WarpsN);
        device.Kernels.Load<Action<AcceleratorStream, KernelConfig, ArrayView<uint>, ArrayView<uint>, ArrayView<float>, ArrayView<float>, UnitShape>>(KernelOf(format, IsSmall ? typeof(OneWarp) : typeof(EightWarps)))(
            device.Accelerator.DefaultStream, new KernelConfig(tiles, threads), a, weights, bias, c, shape);
    }

    /// <summary>Operands as words.</summary>
    public DeviceLease<uint> Pack(ArrayView<float> values, NumericFormat format, long words)
    {
        DeviceLease<uint> packed = device.Memory.Rent<uint>(words);
        var launcher = new Launcher(device);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<uint>, int>>(typeof(PackKernels), nameof(PackKernels.Pack))(
            launcher.Stream, launcher.For(words), values, packed.View, (int)format);
        return packed;
    }

    private DeviceLease<uint> Unpack(DeviceMatrix weights, long words)
    {
        DeviceLease<uint> unpacked = device.Memory.Rent<uint>(words);
        var launcher = new Launcher(device);
        device.Kernels.Load<Action<AcceleratorStream, KernelConfig, ArrayView<uint>, ArrayView<uint>>>(Launcher.Find(typeof(PackKernels), nameof(PackKernels.Unpack)).MakeGenericMethod(weights.Policy))(
            launcher.Stream, launcher.For(words), weights.Words, unpacked.View);
        return unpacked;
    }

    private bool IsSmall => device.Kind == GpuDeviceKind.Cpu;

    private static MethodInfo KernelOf(NumericFormat format, Type tile) => Launcher.Find(typeof(UnitKernels), nameof(UnitKernels.Gemm)).MakeGenericMethod(
        format switch { NumericFormat.Bf16 => typeof(Bf16Unit), NumericFormat.Fp16 => typeof(Fp16Unit), _ => typeof(Tf32Unit) }, tile);

    private static int BytesOf(NumericFormat format) => NumericFormats.BytesPerElement(format);

    private bool Trusts(NumericFormat format)
    {
        if (device.Kind == GpuDeviceKind.Cpu)
            return true;
        if (!_trusted.TryGetValue(format, out bool trusted))
            _trusted[format] = trusted = UnitCheck.FirstDifference(this, device, format) is null;
        return trusted;
    }
}
