using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PlanForensics.Kernels.Simd;

/// <summary>Memory of one thread that starts at a cache line and does not move; its contents are left over from earlier uses.</summary>
internal unsafe ref struct ScratchMemory
{
    private const int Alignment = 64;
    private const int SmallestBytes = 1 << 16;
    private const int LargestKeptBytes = 1 << 24;

    [ThreadStatic]
    private static Stack<byte[]>? _free;

    private byte[]? _array;

    public ScratchMemory(long bytes)
    {
        Stack<byte[]> free = _free ??= new Stack<byte[]>();
        long needed = bytes + Alignment;
        if (!free.TryPop(out _array) || _array.Length < needed)
            _array = GC.AllocateUninitializedArray<byte>((int)Math.Max(SmallestBytes, RoundUp(needed)), pinned: true);
        Start = (float*)(((nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_array)) + Alignment - 1) & ~(nint)(Alignment - 1));
    }

    public float* Start { get; }

    public void Dispose()
    {
        if (_array is { Length: <= LargestKeptBytes } array)
            _free!.Push(array);
        _array = null;
    }

    private static long RoundUp(long bytes) => bytes <= Array.MaxLength
        ? Math.Min((long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)bytes), Array.MaxLength)
        : throw new ArgumentException($"an operator needs {bytes} bytes of scratch memory; at most {Array.MaxLength} can be had. Give it fewer rows at once");
}
