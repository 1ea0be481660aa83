using System.Runtime.InteropServices;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Probing;

namespace PlanForensics.FluentAssertions;

/// <summary>Runs an operator on rows alone and in batches and words the first difference.</summary>
internal sealed class BatchFinding
{
    private const string Expectation = "Expected {context:operator} to be batch-invariant";
    private const uint Unwritten = 0x7FC0_BEEF; // a NaN that no arithmetic gives
    private const long MostProbedWeights = 1 << 20;

    private readonly BatchedOperator _operator;
    private readonly ValueList<int> _sizes;
    private readonly ReadOnlyMemory<float> _rows;

    public BatchFinding(BatchedOperator asked, BatchInvarianceOptions options)
    {
        (_operator, _sizes) = (asked, options.BatchSizes);
        int values = _sizes.Max() * asked.InputWidth;
        _rows = options.Rows ?? RowValues.Of(values, options.Seed, asked.Operand);
        if (_rows.Length < values)
            throw new ArgumentException($"a batch of {_sizes.Max()} rows of {asked.InputWidth} needs {values} values; {_rows.Length} are given", nameof(options));
    }

    public string? Run()
    {
        float[][] alone = new float[_sizes.Max()][];
        for (int row = 0; row < alone.Length; row++)
        {
            float[] output = alone[row] = Call(row, 1);
            if (Holes(output) is { } hole)
                return new Finding(Expectation, "it does not write its output").Line("operator", Describe()).Line("output", $"row alone, column {ElementText.Number(hole)} was left as it was").Message;
            if (row == 0 && !SameBits(Call(0, 1), output))
                return Unrepeatable(output);
        }

        var equal = new List<int>();
        var other = new List<int>();
        (int Size, int Row, float[] Batch)? first = null;
        foreach (int size in _sizes.Distinct().Order())
        {
            float[] batch = Call(0, size);
            int row = Enumerable.Range(0, size).FirstOrDefault(row => !SameBits(Row(batch, row), alone[row]), -1);
            (row < 0 ? equal : other).Add(size);
            if (row >= 0 && first is null)
                first = (size, row, batch);
        }

        return first is { } found ? Differ(found.Size, found.Row, Row(found.Batch, found.Row).ToArray(), alone[found.Row], equal, other) : null;
    }

    private string Differ(int size, int row, float[] inBatch, float[] alone, List<int> equal, List<int> other)
    {
        (TensorValue expected, TensorValue actual) = (Tensor(alone), Tensor(inBatch));
        if (expected.Equals(actual)) // NaNs that the narrow format holds as one
            (expected, actual) = (TensorValue.FromFp32(alone, alone.Length), TensorValue.FromFp32(inBatch, inBatch.Length));
        TensorDiff diff = TensorDiff.Between(expected, actual);
        ElementDifference first = diff.FirstBitDifference!;
        (string? planAlone, string? planBatch) = Plans(size, row, (int)first.Index);
        return new Finding(Expectation, $"row {ElementText.Number(row)} of a batch of {ElementText.Number(size)} has other bits than alone")
            .Line("operator", Describe())
            .Line("batches", $"of {string.Join(", ", other)} differ from a row alone{(equal.Count == 0 ? "" : $"; of {string.Join(", ", equal)} do not")}")
            .Line("first", $"column {TensorFinding.Pair(actual, expected, first.Index, first.Ulps, "alone", "in the batch")}")
            .Line("row", TensorFinding.Spread(diff))
            .Line("plan class", planAlone is null ? null : planAlone == planBatch ? $"{planAlone}, alone and in the batch" : $"alone: {planAlone}\nbatch of {ElementText.Number(size)}: {planBatch}")
            .Line("note", SameBits(Row(Call(0, size), row), inBatch) ? null : "two calls with the same batch gave different bits: it is not deterministic")
            .Line("reproduce", Evidence.Diff(expected, actual, ""))
            .Line("", PlanDiff(planAlone, planBatch, size))
            .Message;
    }

    private string? PlanDiff(string? alone, string? batch, int size) => alone is null || batch is null || alone == batch || !alone.StartsWith("gemm", StringComparison.Ordinal) || !batch.StartsWith("gemm", StringComparison.Ordinal)
        ? null
        : $"planforensics plan diff {Evidence.Quote(alone)} {Evidence.Quote(batch)} --shape {ElementText.Number(size)},{ElementText.Number(_operator.OutputWidth)},{ElementText.Number(_operator.InputWidth)}";

    private string Unrepeatable(float[] output)
    {
        float[] again = Call(0, 1);
        for (int attempt = 0; attempt < 10 && SameBits(again, output); attempt++)
            again = Call(0, 1);
        return new Finding(Expectation, "two calls with the same row alone gave different bits: it is not deterministic")
            .Line("operator", Describe())
            .Line("row", SameBits(again, output) ? null : TensorFinding.Spread(TensorDiff.Between(Tensor(output), Tensor(again))))
            .Message;
    }

    /// <summary>The plans of a row alone and of the batch, at one column: known, or probed; nulls where they cannot be known.</summary>
    private (string? Alone, string? Batch) Plans(int size, int row, int column)
    {
        if (_operator.PlanFor is { } planFor)
            return (planFor(1).Text, planFor(size).Text);
        if (_operator.Product is null || (long)_operator.InputWidth * _operator.OutputWidth > MostProbedWeights)
            return (null, null);
        return (Probe(1, 0, column), Probe(size, row, column));
    }

    private string Probe(int rows, int row, int column)
    {
        BlackBox box = BlackBox.Gemm(rows, _operator.OutputWidth, _operator.InputWidth, (a, w, c) =>
        {
            float[] output = new float[c.Length];
            _operator.Product!(rows, a.ToArray(), w.ToArray(), output);
            output.CopyTo(c);
        }) with { Operand = _operator.Operand, Output = _operator.Output };
        ProbeReport report = OrderProbe.Run(box);
        if (report.Outcome != ProbeOutcome.Recovered)
            return $"not recovered by a probe ({report.Reason})";
        ProbedClass found = report.Classes.First(candidate => candidate.Regions.Any(region => Contains(region, row, column)));
        return found.Plan?.Text ?? $"no plan: {found.Reason}";
    }

    private static bool Contains(OutputRegion region, int row, int column) =>
        row >= region.RowStart && row < region.RowStart + region.RowCount && column >= region.ColumnStart && column < region.ColumnStart + region.ColumnCount;

    private string Describe() => $"{_operator.Name}, rows of {ElementText.Number(_operator.InputWidth)} to rows of {ElementText.Number(_operator.OutputWidth)}";

    private TensorValue Tensor(float[] row) => _operator.Output == NumericFormat.Fp32 ? TensorValue.FromFp32(row, row.Length) : TensorValue.FromRounded(_operator.Output, row, row.Length);

    private float[] Call(int firstRow, int rows)
    {
        float[] output = new float[rows * _operator.OutputWidth];
        Array.Fill(output, BitConverter.UInt32BitsToSingle(Unwritten));
        _operator.Call(rows, _rows.Slice(firstRow * _operator.InputWidth, rows * _operator.InputWidth), output);
        return output;
    }

    private ReadOnlySpan<float> Row(float[] batch, int row) => batch.AsSpan(row * _operator.OutputWidth, _operator.OutputWidth);

    private static int? Holes(float[] output)
    {
        int index = Array.FindIndex(output, value => BitConverter.SingleToUInt32Bits(value) == Unwritten);
        return index < 0 ? null : index;
    }

    private static bool SameBits(ReadOnlySpan<float> a, ReadOnlySpan<float> b) =>
        MemoryMarshal.Cast<float, uint>(a).SequenceEqual(MemoryMarshal.Cast<float, uint>(b));
}
