using System.Buffers;

namespace PlanForensics.Models;

/// <summary>A range of a mapped file as <see cref="Memory{T}"/>; reading it after the file is disposed throws.</summary>
internal sealed unsafe class MappedRange(MappedFile file, long offset, int length) : MemoryManager<byte>
{
    public override Span<byte> GetSpan() => new(file.PointerAt(offset), length);

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, length);
        return new MemoryHandle(file.PointerAt(offset) + elementIndex, default, this);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
