namespace PlanForensics.Contracts;

/// <summary>Cuts a stream of bytes into lines; of a line that is too long only the fact is kept.</summary>
internal sealed class LineSplitter(int maxLineBytes)
{
    private byte[] _buffer = new byte[Math.Min(maxLineBytes, 1 << 16) + 1];
    private int _start;
    private int _end;
    private int _scanned;
    private bool _overlong;
    private bool _ended;

    /// <summary>Number of the line taken last, 1-based.</summary>
    public long Line { get; private set; }

    public Memory<byte> Free()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_end, _scanned, _start) = (_end - _start, _scanned - _start, 0);
        }

        if (_end > maxLineBytes)
        {
            _overlong = true;
            _end = _scanned = 0;
        }
        else if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, (int)Math.Min(2L * _buffer.Length, maxLineBytes + 1L));
        }

        return _buffer.AsMemory(_end);
    }

    public void Filled(int count)
    {
        _end += count;
        _ended = count == 0;
    }

    /// <summary>Takes the next whole line, without its end; false when more bytes are needed or there are none.</summary>
    public bool TryTake(out ReadOnlyMemory<byte> line, out bool overlong)
    {
        int feed = _buffer.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n');
        int lineEnd = feed >= 0 ? _scanned + feed : _end;
        if (feed < 0 && !(_ended && (_end > _start || _overlong)))
        {
            _scanned = _end;
            line = default;
            overlong = false;
            return false;
        }

        line = _buffer.AsMemory(_start, lineEnd - _start);
        overlong = _overlong || line.Length > maxLineBytes;
        _overlong = false;
        _start = _scanned = feed >= 0 ? lineEnd + 1 : lineEnd;
        Line++;
        return true;
    }
}
