using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.MatrixUnits;
using PlanForensics.Gpu.Weights;
using PlanForensics.Kernels;
using PlanForensics.Numerics;

namespace PlanForensics.Gpu.Execution;

/// <summary>A weight matrix on a device: one copy for all programs that read it as it is stored, two bytes a weight where the format has no more, and one for each format that it is rounded to.</summary>
internal sealed class DeviceWeights(GpuDevice device, WeightMatrix matrix) : DeviceResident(device.Memory), IDeviceOperand
{
    private const int StagedValues = 1 << 20;

    private readonly Dictionary<(NumericFormat Storage, NumericFormat Rounded), DeviceMatrix> _copies = [];

    /// <inheritdoc/>
    public int Outputs => matrix.Outputs;

    /// <inheritdoc/>
    public int Depth => matrix.Depth;

    /// <inheritdoc/>
    public DeviceMatrix In(NumericFormat operand)
    {
        bool asStored = DeviceMatrix.IsAsStored(matrix.Format, operand);
        NumericFormat rounded = asStored ? NumericFormat.Fp32 : operand;
        NumericFormat storage = asStored ? DeviceMatrix.StorageOf(matrix.Format, NumericFormat.Fp32) : DeviceMatrix.StorageOf(matrix.Format, operand);
        if (_copies.TryGetValue((storage, rounded), out DeviceMatrix found))
            return found;
        long values = (long)matrix.Outputs * matrix.Depth;
        DeviceLease<uint> words = Keep(device.Memory.RentExactly<uint>(storage == NumericFormat.Fp32 ? values : (values + 1) / 2));
        if (asStored && matrix.Format == storage && matrix.StoredBytes is { IsEmpty: false } bytes)
            CopyStored(bytes.Span, words);
        else
            Upload(words.View, storage, rounded);
        return _copies[(storage, rounded)] = new DeviceMatrix(words.View, storage);
    }

    private static void CopyStored(ReadOnlySpan<byte> bytes, DeviceLease<uint> words)
    {
        int whole = bytes.Length / sizeof(uint);
        words.Write(MemoryMarshal.Cast<byte, uint>(bytes)[..whole]);
        if (bytes.Length % sizeof(uint) != 0)
            words.Write(whole, [MemoryMarshal.Read<ushort>(bytes[(whole * sizeof(uint))..])]);
    }

    // Some rows at a time, an even number: the host makes no wide copy of the matrix, and each begins with a whole word.
    private void Upload(ArrayView<uint> target, NumericFormat storage, NumericFormat rounded)
    {
        int rows = Math.Clamp(StagedValues / Math.Max(matrix.Depth, 1), 2, Math.Max((matrix.Outputs + 1) & ~1, 2)) & ~1;
        float[] staged = new float[rows * matrix.Depth];
        var launcher = new Launcher(device);
        for (int first = 0; first < matrix.Outputs; first += rows)
        {
            int count = Math.Min(rows, matrix.Outputs - first);
            for (int row = 0; row < count; row++)
                matrix.CopyRow(first + row, staged.AsSpan(row * matrix.Depth, matrix.Depth));
            staged.AsSpan(count * matrix.Depth).Clear();
            using DeviceLease<float> stored = device.Memory.Rent<float>(staged);
            launcher.Cast(stored.View, stored.View, (int)rounded);
            long at = (long)first * matrix.Depth;
            long length = (long)count * matrix.Depth;
            ArrayView<uint> part = storage == NumericFormat.Fp32 ? target.SubView(at, length) : target.SubView(at / 2, (length + 1) / 2);
            launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<uint>, int>>(typeof(PackKernels), nameof(PackKernels.Pack))(
                launcher.Stream, launcher.For(part.Length), stored.View, part, (int)(storage == NumericFormat.Fp32 ? NumericFormat.Tf32 : storage));
        }
    }
}
