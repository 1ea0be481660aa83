using ILGPU;
using PlanForensics.Gpu.Devices;
using PlanForensics.Numerics;
using PlanForensics.Replay;

namespace PlanForensics.Gpu.Execution;

/// <summary>A value of a step that lies on a device; it comes to the host when it is asked for, once.</summary>
/// <param name="device">The device.</param>
/// <param name="lease">Its memory.</param>
/// <param name="format">Format in which the values are stored.</param>
/// <param name="exact">A format in which every one of them is exact: an operand of it needs no rounding.</param>
internal sealed class DeviceValue(GpuDevice device, DeviceLease<float> lease, NumericFormat format, NumericFormat exact) : StepValue((int)lease.Length, format)
{
    private float[]? _host;

    public ArrayView<float> View => lease.View;

    public NumericFormat Exact { get; } = exact;

    /// <inheritdoc/>
    public override float[] ToHost()
    {
        if (_host is not null)
            return _host;
        float[] values = new float[Length];
        lock (device.Gate)
            lease.Read(values);
        return _host = values;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        lock (device.Gate)
            lease.Dispose();
        base.Dispose();
    }
}
