using System.Diagnostics;
using PlanForensics.Plans;

namespace PlanForensics.Probing;

/// <summary>
/// Recovers the order of a softmax's denominator, where no term can be negative and masks do not exist: by rooted triples.
/// </summary>
/// <remarks>
/// <para>Method: x_i = 0, so that e^0 = 1; x_j = x_k = ln(0.75 * 2^-24); all others so low that they add nothing. 0.75 * 2^-24 added to 1 is lost in binary32, twice that is not: the sum
/// is above 1, and y_i below 1, exactly where j and k meet before either meets i. Such answers give the tree: a random term parts the others into those that meet a chosen term before it, with
/// it, and after it, as quicksort does, in about n log n questions, one a row of a call.</para>
/// <para>It holds for denominators that are added in binary32; wider ones are told and refused. The exponential need only be exact at 0 and within a third at ln(0.75 * 2^-24).
/// Source: measured on PyTorch and ONNX Runtime.</para>
/// </remarks>
public static class SoftmaxProbe
{
    /// <summary>Probes a softmax over rows.</summary>
    /// <param name="rows">Rows of one call: questions that it answers; at least 1.</param>
    /// <param name="width">n, values of a row; at least 1.</param>
    /// <param name="softmax">Takes a (rows, n) matrix and gives the softmax of each row.</param>
    /// <param name="options">Seed, verification and known plans; null for the defaults.</param>
    /// <param name="cancellationToken">Looked at before every call.</param>
    /// <returns>A report with one class over all rows: tree, program of plain additions and, where known, the <see cref="SumPlan"/>; <see cref="ProbeReport.Pairs"/> counts triples.</returns>
    /// <exception cref="OperationCanceledException">The probe was cancelled.</exception>
    public static ProbeReport Run(
        int rows, int width, Action<ReadOnlySpan<float>, Span<float>> softmax, ProbeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(softmax);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        options ??= new ProbeOptions();
        var watch = Stopwatch.StartNew();
        var calls = new TripleCalls(rows, width, softmax, cancellationToken);
        BlackBox box = BlackBox.RowSums(rows, width, (_, _) => { });
        var random = new Random(options.Seed);
        bool applies = calls.Applies(out string refusal);
        int calibration = calls.Count;
        int searched = calibration;
        if (!applies)
            return Report(ProbeOutcome.TooNarrow, refusal, []);
        SummationTree tree = TripleTreeSearch.Run(calls, random);
        searched = calls.Count;
        (bool repeats, int contradictions) = Verify(calls, tree, random, options);
        if (!repeats)
            return Report(ProbeOutcome.NotDeterministic, "not deterministic: a question that was asked again was answered differently", []);
        var finding = new TreeFinding(tree, contradictions, 0, null);
        var arithmetic = new GroupArithmetic(new TermRounding[width], [], [], null, "", false);
        ReductionProgram? program = contradictions > 0 ? null : new ProgramAssembly(tree, arithmetic, box, null).Assemble(false);
        var group = new ProbedGroup(new OutputGroup(new BoxCalls(box, cancellationToken), Enumerable.Range(0, rows)), finding, arithmetic, program, "");
        return contradictions > 0
            ? Report(ProbeOutcome.Inconsistent, $"{contradictions} of the triples asked afterwards contradict the tree that the others gave", [group])
            : Report(ProbeOutcome.Recovered, "", [group]);

        ProbeReport Report(ProbeOutcome outcome, string reason, List<ProbedGroup> groups)
        {
            var count = new ProbeCalls(calibration, 0, searched - calibration, 0, calls.Count - searched);
            return ReportWriter.Write(box, options with { Precision = false }, groups, outcome, reason, groups.Sum(group => group.Finding.InconsistentGroups), 0, count, calls.Asked, watch.Elapsed);
        }
    }

    private static (bool Repeats, int Contradictions) Verify(TripleCalls calls, SummationTree tree, Random random, ProbeOptions options)
    {
        if (calls.Width < 3)
            return (true, 0);
        TermTriple[] triples = [.. Enumerable.Range(0, Math.Max(options.VerificationPairs, calls.Rows)).Select(_ => Triple(calls.Width, random))];
        bool[] answers = calls.Ask(triples);
        for (int round = 1; round < options.Repeats; round++)
            if (!calls.Ask(triples).AsSpan().SequenceEqual(answers))
                return (false, 0);
        return (true, Enumerable.Range(0, triples.Length).Count(index => answers[index] != MeetBefore(tree, triples[index])));
    }

    private static bool MeetBefore(SummationTree tree, TermTriple triple) =>
        tree.LeavesUnder(triple.First, triple.Second) < tree.LeavesUnder(triple.First, triple.Outer);

    private static TermTriple Triple(int width, Random random)
    {
        int first = random.Next(width);
        int second = (first + 1 + random.Next(width - 1)) % width;
        int outer;
        do
            outer = random.Next(width);
        while (outer == first || outer == second);
        return new TermTriple(first, second, outer);
    }
}
