using System.Buffers;
using System.Runtime.InteropServices;

namespace PlanForensics.Kernels.Simd;

/// <summary>Rented memory that starts at a cache line and does not move.</summary>
internal unsafe ref struct ScratchMemory
{
    private const int Alignment = 64;

    private readonly byte[] _array;
    private GCHandle _handle;

    public ScratchMemory(long bytes)
    {
        _array = ArrayPool<byte>.Shared.Rent(checked((int)bytes + Alignment));
        _handle = GCHandle.Alloc(_array, GCHandleType.Pinned);
        Start = (float*)((_handle.AddrOfPinnedObject() + Alignment - 1) & ~(nint)(Alignment - 1));
    }

    public float* Start { get; }

    public void Dispose()
    {
        _handle.Free();
        ArrayPool<byte>.Shared.Return(_array);
    }
}
