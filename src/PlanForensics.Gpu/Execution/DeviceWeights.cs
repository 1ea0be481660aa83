using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Kernels;

namespace PlanForensics.Gpu.Execution;

/// <summary>A weight matrix on a device, (N, K), in the formats in which programs have read it.</summary>
internal sealed class DeviceWeights(GpuDevice device, WeightMatrix matrix) : DeviceResident(device.Memory)
{
    private const int StagedValues = 1 << 20;

    private readonly Dictionary<int, DeviceLease<float>> _byFormat = [];

    /// <summary>The weights rounded to an operand format.</summary>
    public DeviceLease<float> In(int format)
    {
        if (_byFormat.TryGetValue(format, out DeviceLease<float>? found))
            return found;
        DeviceLease<float> cast = Keep(device.Memory.Rent<float>((long)matrix.Outputs * matrix.Depth));
        Upload(cast.View, format);
        return _byFormat[format] = cast;
    }

    // Some rows at a time: the host makes no wide copy of the matrix.
    private void Upload(ArrayView<float> target, int format)
    {
        int rows = Math.Clamp(StagedValues / Math.Max(matrix.Depth, 1), 1, Math.Max(matrix.Outputs, 1));
        float[] staged = new float[rows * matrix.Depth];
        for (int first = 0; first < matrix.Outputs; first += rows)
        {
            int count = Math.Min(rows, matrix.Outputs - first);
            for (int row = 0; row < count; row++)
                matrix.CopyRow(first + row, staged.AsSpan(row * matrix.Depth, matrix.Depth));
            using DeviceLease<float> stored = device.Memory.Rent<float>(staged.AsSpan(0, count * matrix.Depth));
            new Launcher(device).Cast(stored.View, target.SubView((long)first * matrix.Depth, (long)count * matrix.Depth), format);
            device.Synchronize();
        }
    }
}
