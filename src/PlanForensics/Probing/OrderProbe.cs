using System.Diagnostics;
using PlanForensics.Plans;

namespace PlanForensics.Probing;

/// <summary>
/// Recovers the order in which an operator adds, from its outputs alone: which terms meet where (FPRev, arXiv 2411.00442), in which parts of the output, whether products are fused, with what
/// precision partial sums are held, and the matrix-unit step of fused additions. The result is a <see cref="ReductionProgram"/> and, where one is known, the plan's name.
/// </summary>
/// <remarks>
/// <para>Method: term i holds +M, term j -M, all others a unit. M swamps every unit added while a mask is in the sum; once the masks have met they leave 0 and the units after that survive.
/// The output counts them: n - l(i, j), l being the number of terms under the node where i and j meet. In a matrix product every column of B carries another pair.</para>
/// <para>What is returned was checked: every measured pair agrees with the tree (<see cref="ProbeReport.InconsistentGroups"/> is 0), so do random pairs at every output, and repeated calls
/// gave the same bits. It holds for the shape, thread count, layout and addresses that were probed, and for orders that do not depend on values. See docs/probing.md for what is not seen.</para>
/// </remarks>
public static class OrderProbe
{
    private const int MostRounds = 4;

    /// <summary>Probes an operator.</summary>
    /// <param name="box">The operator.</param>
    /// <param name="options">How to go about it; null for the defaults.</param>
    /// <param name="progress">Told of each phase; null for nobody.</param>
    /// <param name="cancellationToken">Looked at before every call of the operator.</param>
    /// <returns>The report; refusals and contradictions are outcomes, not exceptions. An exception of the operator itself passes through.</returns>
    /// <exception cref="OperationCanceledException">The probe was cancelled.</exception>
    public static ProbeReport Run(BlackBox box, ProbeOptions? options = null, IProgress<ProbeProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(box);
        return new Session(box, options ?? new ProbeOptions(), progress, cancellationToken).Run();
    }

    private sealed class Session(BlackBox box, ProbeOptions options, IProgress<ProbeProgress>? progress, CancellationToken cancellation)
    {
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private readonly Random _random = new(options.Seed);
        private readonly BoxCalls _calls = new(box, cancellation);
        private readonly List<ProbedGroup> _done = [];
        private ProbeCalls _count;
        private long _pairs;
        private CountingUnits? _units;

        public ProbeReport Run()
        {
            if (CountingUnits.For(box, out string refusal) is not { } units)
                return Refuse(ProbeOutcome.TooNarrow, refusal);
            Tell("calibration", 0);
            _units = Calibration.Run(_calls, units, out refusal);
            _count = _count with { Calibration = _calls.Count };
            if (_units is null)
                return ClassMap.Repeats(_calls, units, _random, options.Repeats) ? Refuse(ProbeOutcome.TooNarrow, refusal) : Undetermined("repeated calls with the same operands gave different bits");
            Tell("class_map", 0);
            if (box.Depth > 1 && !ClassMap.Repeats(_calls, _units, _random, options.Repeats))
                return Undetermined("repeated calls with the same operands gave different bits");
            ProbeReport report = Attempt();
            if (report.Outcome != ProbeOutcome.Inconsistent || Calibration.Narrow(_calls, _units) is not { } narrow)
                return report;
            _units = narrow; // masks that overflow an fp16 partial sum fit no tree
            _done.Clear();
            return Attempt();
        }

        private ProbeReport Attempt()
        {
            int start = _calls.Count;
            var open = new Queue<OutputGroup>(ClassMap.Find(_calls, _units!, _random, options.ClassMapPairs));
            _count = _count with { ClassMap = _count.ClassMap + _calls.Count - start };
            for (int round = 0; open.Count > 0; round++)
            {
                while (open.TryDequeue(out OutputGroup? group))
                {
                    ProbedGroup probed = Probe(group);
                    _done.Add(probed);
                    if (probed.Finding.InconsistentGroups > 0)
                        return Contradicted();
                }

                Tell("verification", _done.Count);
                int before = _calls.Count;
                Verification.Result result = Verification.Run(_calls, _units!, _done, _random, options);
                _count = _count with { Verification = _count.Verification + _calls.Count - before };
                if (!result.Repeats)
                    return Undetermined("a question that was asked again was answered differently");
                if (result.Strays.Count > 0 && round == MostRounds)
                    return Finish(ProbeOutcome.Inconsistent, $"{result.Strays.Sum(stray => stray.Length)} outputs answer further questions otherwise than any order that fits their first answers", 0);
                foreach (int[] stray in result.Strays)
                    open.Enqueue(Separate(stray));
            }

            return Finish(ProbeOutcome.Recovered, "", 0);
        }

        private ProbedGroup Probe(OutputGroup group)
        {
            Tell("tree", _done.Count);
            int start = _calls.Count;
            var meter = new GroupPairMeter(_calls, _units!, group);
            TreeFinding finding = options.Algorithm == ProbeAlgorithm.Full ? FullTreeSearch.Run(meter) : BasicTreeSearch.Run(meter);
            _pairs += meter.Pairs;
            int treeDone = _calls.Count;
            Tell("arithmetic", _done.Count);
            GroupArithmetic arithmetic = GroupArithmetic.Ask(_calls, _units!, group, finding.Tree, options.Precision);
            (ReductionProgram? program, string reason) = Assemble(group, finding, arithmetic);
            _count = _count with { Tree = _count.Tree + treeDone - start, Arithmetic = _count.Arithmetic + _calls.Count - treeDone };
            return new ProbedGroup(group, finding, arithmetic, program, reason);
        }

        private (ReductionProgram? Program, string Reason) Assemble(OutputGroup group, TreeFinding finding, GroupArithmetic arithmetic)
        {
            if (finding.InconsistentGroups > 0)
                return (null, "the measured pairs fit no tree");
            bool starts = options.Precision && StartProbe.AnyStartsAtZero(_calls, group);
            bool values = starts && StartProbe.ValuesStartAtZero(_calls, group) && arithmetic.Dot is null;
            Func<IReadOnlyList<int>, IReadOnlyList<int>, int?>? chains = starts && !values && arithmetic.Dot is null ? (terms, after) => StartProbe.PlaceOfZero(_calls, group, terms, after) : null;
            try
            {
                return (new ProgramAssembly(finding.Tree, arithmetic, box, chains).Assemble(values), "");
            }
            catch (Exception exception) when (exception is NotSupportedException or ArgumentException)
            {
                return (null, exception.Message);
            }
        }

        /// <summary>Takes outputs out of the class whose answers they contradict.</summary>
        private OutputGroup Separate(int[] stray)
        {
            HashSet<int> outputs = [.. stray];
            for (int index = 0; index < _done.Count; index++)
            {
                int[] rest = [.. _done[index].Group.Outputs.Where(output => !outputs.Contains(output))];
                if (rest.Length < _done[index].Group.Outputs.Length)
                    _done[index] = _done[index] with { Group = new OutputGroup(_calls, rest) };
            }

            _done.RemoveAll(probed => probed.Group.Outputs.Length == 0);
            return new OutputGroup(_calls, stray);
        }

        private ProbeReport Contradicted()
        {
            ProbedGroup probed = _done[^1];
            int before = _calls.Count;
            bool repeats = Verification.AnswersRepeat(_calls, _units!, probed, options.Repeats);
            _count = _count with { Verification = _count.Verification + _calls.Count - before };
            return repeats
                ? Finish(ProbeOutcome.Inconsistent, $"{probed.Finding.InconsistentGroups} of {probed.Finding.Groups} groups of measured pairs fit no tree, and asking again gives the same answers", probed.Finding.InconsistentGroups)
                : Undetermined("a question that was asked again was answered differently");
        }

        private ProbeReport Undetermined(string reason) => Refuse(ProbeOutcome.NotDeterministic, $"not deterministic: {reason}; there is no one order to recover (atomic additions, arrival order or memory that was not set do this)");

        private ProbeReport Refuse(ProbeOutcome outcome, string reason)
        {
            _done.Clear();
            return Finish(outcome, reason, 0);
        }

        private ProbeReport Finish(ProbeOutcome outcome, string reason, int inconsistent) =>
            ReportWriter.Write(box, options, _done, outcome, reason, inconsistent, _units?.MostUnits ?? 0, _count with { ClassMap = _count.ClassMap + _calls.Count - _count.Total }, _pairs, _watch.Elapsed);

        private void Tell(string phase, int number) => progress?.Report(new ProbeProgress(phase, number, _calls.Count));
    }
}
