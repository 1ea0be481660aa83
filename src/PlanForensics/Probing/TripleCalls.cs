namespace PlanForensics.Probing;

/// <summary>Asks a softmax rooted triples, one a row.</summary>
internal sealed class TripleCalls(int rows, int width, Action<ReadOnlySpan<float>, Span<float>> softmax, CancellationToken cancellation)
{
    private const float Absent = -200; // e^-200 is zero in binary32, and no infinity for an engine to trip over
    private const float Small = -16.923217f; // ln(0.75 * 2^-24)
    private readonly AlignedBuffer _input = new(rows * width, 0);
    private readonly AlignedBuffer _output = new(rows * width, 0);

    public int Rows => rows;

    public int Width => width;

    public int Count { get; private set; }

    public long Asked { get; private set; }

    /// <summary>Whether one small term is lost beside 1: not where the sum is wider than binary32.</summary>
    public bool Applies(out string refusal)
    {
        refusal = "";
        if (width < 2)
            return true;
        _input.Span.Fill(Absent);
        for (int row = 0; row < rows; row++)
            _input.Span[row * width] = 0;
        Call();
        bool alone = Output(0, 0) == 1;
        for (int row = 0; row < rows; row++)
            _input.Span[(row * width) + width - 1] = Small;
        Call();
        if (!alone)
            refusal = "e^0 alone does not give 1: the operator is no softmax over rows, or its exponential is not exact at 0";
        else if (Output(0, 0) != 1 || (width > 2 && Array.TrueForAll(Ask([new(0, 1, 2), new(1, 2, 0), new(0, 2, 1)]), meets => meets))) // each pair before the third: no order at all
            refusal = "0.75 * 2^-24 beside 1 is not lost: the denominator is added in more than binary32, and its order cannot be asked for through a binary32 output";
        return refusal.Length == 0;
    }

    /// <summary>True where the first two terms meet before either meets the outer one.</summary>
    public bool[] Ask(ReadOnlySpan<TermTriple> triples)
    {
        bool[] answers = new bool[triples.Length];
        Asked += triples.Length;
        for (int first = 0; first < triples.Length; first += rows)
        {
            int count = Math.Min(rows, triples.Length - first);
            _input.Span.Fill(Absent);
            for (int row = 0; row < rows; row++)
            {
                Span<float> values = _input.Span.Slice(row * width, width);
                TermTriple triple = triples[first + Math.Min(row, count - 1)];
                values[triple.First] = values[triple.Second] = Small;
                values[triple.Outer] = 0;
            }

            Call();
            for (int row = 0; row < count; row++)
                answers[first + row] = Output(row, triples[first + row].Outer) < 1;
        }

        return answers;
    }

    private float Output(int row, int term) => _output.Span[(row * width) + term];

    private void Call()
    {
        cancellation.ThrowIfCancellationRequested();
        softmax(_input.Span, _output.Span);
        Count++;
    }
}
