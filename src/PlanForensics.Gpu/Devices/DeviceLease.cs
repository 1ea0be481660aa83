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

    /// <summary>Copies to the device; the driver has taken the values when this returns, and only OpenCL waits for that.</summary>
    public void Write(ReadOnlySpan<T> values) => Write(0, values);

    /// <summary>Copies to the device, from some value on.</summary>
    public unsafe void Write(long at, ReadOnlySpan<T> values)
    {
        if (values.IsEmpty)
            return;
        memory.Counters.Uploads++;
        memory.Counters.UploadedBytes += (long)values.Length * sizeof(T);
        fixed (T* first = values) // the collector must not move them while the driver reads
        {
            View.SubView(at, values.Length).CopyFromCPUUnsafeAsync(ref *first, values.Length);
            if (buffer.Accelerator.AcceleratorType == AcceleratorType.OpenCL)
                buffer.Accelerator.Synchronize(); // CUDA has copied memory that is not page-locked when the call returns, OpenCL has not
        }
    }

    /// <summary>Waits for everything launched, and copies to the host.</summary>
    public unsafe void Read(Span<T> values)
    {
        if (values.IsEmpty)
            return;
        memory.Counters.Downloads++;
        memory.Counters.DownloadedBytes += (long)values.Length * sizeof(T);
        memory.Counters.Synchronizations++;
        fixed (T* first = values)
            View.CopyToCPU(ref *first, values.Length);
        memory.Reclaim();
    }

    public void Dispose()
    {
        if (!_returned)
            memory.Return(buffer);
        _returned = true;
    }
}
