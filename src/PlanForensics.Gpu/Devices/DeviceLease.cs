using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace PlanForensics.Gpu.Devices;

/// <summary>Device memory in use; disposing gives it back to be used again.</summary>
internal sealed class DeviceLease<T>(DeviceMemory memory, MemoryBuffer1D<T, Stride1D.Dense> buffer, long length) : IDisposable
    where T : unmanaged
{
    private bool _returned;

    /// <summary>The values asked for.</summary>
    public ArrayView<T> View => buffer.View.BaseView.SubView(0, length);

    /// <summary>How many.</summary>
    public long Length => length;

    public void Write(ReadOnlySpan<T> values)
    {
        if (!values.IsEmpty)
            View.CopyFromCPU(ref MemoryMarshal.GetReference(values), values.Length);
    }

    public void Read(Span<T> values)
    {
        if (!values.IsEmpty)
            View.CopyToCPU(ref MemoryMarshal.GetReference(values), values.Length);
    }

    public void Dispose()
    {
        if (!_returned)
            memory.Return(buffer);
        _returned = true;
    }
}
