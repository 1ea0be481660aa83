using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;

namespace PlanForensics.Models;

/// <summary>A file mapped read-only into memory.</summary>
/// <remarks>
/// The view's pointer is acquired for as long as the object lives, so an instance that nobody disposes keeps its address space
/// until the process ends and never pulls memory from under a span. After <see cref="Dispose"/> a new access throws.
/// </remarks>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? _map;
    private readonly MemoryMappedViewAccessor? _view;
    private byte* _pointer;

    private MappedFile(string path, long length, MemoryMappedFile? map)
    {
        Path = path;
        Length = length;
        _map = map;
        _view = map?.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        _view?.SafeMemoryMappedViewHandle.AcquirePointer(ref _pointer);
    }

    public string Path { get; }

    public long Length { get; }

    public bool IsDisposed { get; private set; }

    /// <summary>Maps a file; an empty one has length 0 and no mapping.</summary>
    /// <exception cref="IOException">The file is missing or cannot be opened.</exception>
    public static MappedFile Open(string path)
    {
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            long length = stream.Length;
            if (length == 0)
            {
                stream.Dispose();
                return new MappedFile(path, 0, null);
            }

            MemoryMappedFile map = MemoryMappedFile.CreateFromFile(
                stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            return new MappedFile(path, length, map);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public ReadOnlyMemory<byte> Slice(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        return length == 0 ? ReadOnlyMemory<byte>.Empty : new MappedRange(this, offset, length).Memory;
    }

    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        return new ReadOnlySpan<byte>(_pointer + offset, length);
    }

    /// <summary>SHA-256 of the whole file in lower-case hex, over the bytes that readers of this mapping see.</summary>
    public string ComputeSha256()
    {
        const int Chunk = 1 << 24;
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long at = 0; at < Length; at += Chunk)
            hash.AppendData(Span(at, (int)Math.Min(Chunk, Length - at)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public byte* PointerAt(long offset)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        return _pointer + offset;
    }

    public void Dispose()
    {
        if (IsDisposed)
            return;
        IsDisposed = true;
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }

        _pointer = null;
        _map?.Dispose();
    }
}
