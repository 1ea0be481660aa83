namespace PlanForensics.Probing;

/// <summary>
/// Calls a black box with sparse changes to two constant operands. A <em>line</em> is a column of B (or a row of A) that carries one question; it is answered once for each row of A (column of B).
/// </summary>
internal sealed class BoxCalls
{
    private readonly BlackBox _box;
    private readonly CancellationToken _cancellation;
    private readonly AlignedBuffer _plain;
    private readonly AlignedBuffer _masked;
    private readonly AlignedBuffer _output;
    private readonly List<(int Line, int Term)> _changed = [];
    private (float Plain, float Fill, int Start, int Count)? _state;

    public BoxCalls(BlackBox box, CancellationToken cancellation)
    {
        _box = box;
        _cancellation = cancellation;
        _masked = new AlignedBuffer(Lines * box.Depth, box.AddressOffsetBytes);
        _plain = new AlignedBuffer(box.HasProducts ? Others * box.Depth : 0, box.AddressOffsetBytes);
        _output = new AlignedBuffer(box.Rows * box.Columns, box.AddressOffsetBytes);
    }

    public BlackBox Box => _box;

    public int Terms => _box.Depth;

    /// <summary>Questions that one call answers.</summary>
    public int Lines => _box.MasksInRows ? _box.Rows : _box.Columns;

    /// <summary>Outputs that answer the same question.</summary>
    public int Others => _box.MasksInRows ? _box.Columns : _box.Rows;

    /// <summary>Calls made so far.</summary>
    public int Count { get; private set; }

    /// <summary>Sets every value of the plain operand, and of the masked one inside a window of terms (0 outside).</summary>
    public void Fill(float plain, float fill, int start = 0, int count = int.MaxValue)
    {
        count = Math.Min(count, Terms - start);
        if (_state is { } state && state == (plain, fill, start, count) && float.IsNegative(state.Fill) == float.IsNegative(fill))
            return;
        _changed.Clear();
        _plain.Span.Fill(plain);
        _state = (plain, fill, start, count);
        if (start == 0 && count == Terms)
        {
            _masked.Span.Fill(fill);
            return;
        }

        for (int line = 0; line < Lines; line++)
            for (int term = 0; term < Terms; term++)
                _masked.Span[Index(line, term)] = Constant(term);
    }

    /// <summary>Changes one value of a line for the next call only.</summary>
    public void Set(int line, int term, float value)
    {
        _masked.Span[Index(line, term)] = value;
        _changed.Add((line, term));
    }

    /// <summary>Changes one value of the plain operand of all answers, until the next fill with another constant.</summary>
    public void SetPlain(int term, float value)
    {
        for (int other = 0; other < Others; other++)
            _plain.Span[_box.MasksInRows && _box.TermsFirst ? (term * Others) + other : (other * Terms) + term] = value;
        _state = null;
    }

    public void Call()
    {
        _cancellation.ThrowIfCancellationRequested();
        if (_box.MasksInRows)
            _box.Call(_masked.Span, _plain.Span, _output.Span);
        else
            _box.Call(_plain.Span, _masked.Span, _output.Span);
        Count++;
        foreach ((int line, int term) in _changed)
            _masked.Span[Index(line, term)] = Constant(term);
        _changed.Clear();
    }

    /// <summary>What one output was in the last call.</summary>
    public float Output(int line, int other) => _output.Span[OutputIndex(line, other)];

    /// <summary>The output's place in C, row-major.</summary>
    public int OutputIndex(int line, int other) => _box.MasksInRows ? (line * _box.Columns) + other : (other * _box.Columns) + line;

    /// <summary>The question and answer that an output belongs to.</summary>
    public (int Line, int Other) Place(int output)
    {
        (int row, int column) = Math.DivRem(output, _box.Columns);
        return _box.MasksInRows ? (row, column) : (column, row);
    }

    private float Constant(int term) => _state is { } state && term >= state.Start && term < state.Start + state.Count ? state.Fill : 0;

    private int Index(int line, int term) => _box.TermsFirst && !_box.MasksInRows ? (term * Lines) + line : (line * Terms) + term;
}
