using System.Runtime.InteropServices;

namespace PlanForensics.Probing;

/// <summary>Floats at a chosen distance from a 64-byte boundary, never moved: some engines choose their order by the address.</summary>
internal sealed class AlignedBuffer
{
    private const int Alignment = 64;
    private readonly float[] _array;
    private readonly int _start;

    public AlignedBuffer(int length, int offsetBytes)
    {
        Length = length;
        _array = GC.AllocateUninitializedArray<float>(length + (2 * Alignment / sizeof(float)), pinned: true);
        long address = Marshal.UnsafeAddrOfPinnedArrayElement(_array, 0);
        long misaligned = (Alignment - (address % Alignment)) % Alignment;
        _start = (int)((misaligned + offsetBytes) / sizeof(float));
    }

    public int Length { get; }

    public Span<float> Span => _array.AsSpan(_start, Length);
}
