using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.MatrixUnits;
using PlanForensics.Gpu.Weights;
using PlanForensics.Numerics;

namespace PlanForensics.Gpu.Execution;

/// <summary>A right operand that was computed on the device, in binary32, for a few launches.</summary>
internal sealed class StagedMatrix(GpuDevice device, int outputs, int depth) : IDeviceOperand, IDisposable
{
    private readonly DeviceLease<float> _values = device.Memory.Rent<float>((((long)outputs * depth) + 1) & ~1L);
    private readonly Dictionary<NumericFormat, DeviceMatrix> _rounded = [];
    private readonly List<IDisposable> _leases = [];

    /// <inheritdoc/>
    public int Outputs => outputs;

    /// <inheritdoc/>
    public int Depth => depth;

    /// <summary>(N, K).</summary>
    public ArrayView<float> View => _values.View.SubView(0, (long)outputs * depth);

    /// <summary>New values are about to be written.</summary>
    public void Reset()
    {
        _rounded.Clear();
        foreach (IDisposable lease in _leases)
            lease.Dispose();
        _leases.Clear();
    }

    /// <inheritdoc/>
    public DeviceMatrix In(NumericFormat operand)
    {
        if (operand == NumericFormat.Fp32)
            return new DeviceMatrix(View.Cast<uint>(), NumericFormat.Fp32);
        if (_rounded.TryGetValue(operand, out DeviceMatrix found))
            return found;
        NumericFormat storage = DeviceMatrix.StorageOf(NumericFormat.Fp32, operand);
        var launcher = new Launcher(device);
        DeviceLease<float> cast = device.Memory.Rent<float>(_values.Length);
        _leases.Add(cast);
        launcher.Cast(_values.View, cast.View, (int)operand);
        if (storage == NumericFormat.Fp32)
            return _rounded[operand] = new DeviceMatrix(cast.View.SubView(0, (long)outputs * depth).Cast<uint>(), storage);
        DeviceLease<uint> packed = device.Memory.Rent<uint>(_values.Length / 2);
        _leases.Add(packed);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<uint>, int>>(typeof(PackKernels), nameof(PackKernels.Pack))(
            launcher.Stream, launcher.For(packed.Length), cast.View, packed.View, (int)storage);
        return _rounded[operand] = new DeviceMatrix(packed.View, storage);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Reset();
        _values.Dispose();
    }
}
