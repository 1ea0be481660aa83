using System.Runtime.InteropServices;
using PlanForensics.Plans;

namespace PlanForensics.Identification;

/// <summary>Runs candidates and keeps, for each distinct program, who gives it and how many recorded elements it reproduces.</summary>
internal sealed class CandidateScore(RecordedOperator recorded)
{
    private readonly List<Program> _programs = [];
    private readonly Dictionary<string, Program> _byIdentity = [];
    private readonly float[] _output = new float[recorded.Output.ElementCount];

    /// <summary>Whether a rule (not a control) reproduces every element.</summary>
    public bool Explained => _programs.Any(program => program.Rules.Count > 0 && program.Reproduced == _output.Length);

    public void Add(IEnumerable<PlanCandidate> candidates, CancellationToken cancellation)
    {
        foreach (PlanCandidate candidate in candidates)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!_byIdentity.TryGetValue(candidate.Identity, out Program? program))
            {
                if (!TryRun(candidate, out long reproduced))
                    continue;
                program = new Program(reproduced, candidate.Order);
                _byIdentity.Add(candidate.Identity, program);
                _programs.Add(program);
            }

            (candidate.IsControl ? program.Controls : program.Rules).Add(candidate);
        }
    }

    public IdentificationResult Result()
    {
        Program[] rules = [.. _programs.Where(program => program.Rules.Count > 0).OrderByDescending(program => program.Reproduced)];
        var result = new IdentificationResult { Name = recorded.Name, Verdict = IdentificationVerdict.Unexplained, Elements = _output.Length };
        if (rules.Length == 0)
            return result with { Reason = "every rule declines this operator's keys" };
        Program[] full = [.. rules.Where(program => program.Reproduced == _output.Length)];
        bool tooThin = _programs.Any(program => program.Controls.Count > 0 && program.Reproduced == _output.Length);
        Program[] winners = full.Length > 0 ? [.. full.OrderBy(program => program.Rules.Min(Distance)).DistinctBy(program => program.Order)] : [rules[0]];
        string? doubt = full.Length == 0 ? null
            : tooThin ? "an order that no engine runs reproduces every element too; more elements, more terms or a wider output format would tell orders apart"
            : full.SelectMany(program => program.Rules).All(rule => rule.Doubt is not null) ? full[0].Rules[0].Doubt
            : null;
        ScoredPlan? runnerUp = rules.Where(program => winners.All(winner => winner.Order != program.Order)).Select(Nearest).FirstOrDefault();
        return result with
        {
            Verdict = full.Length == 0 ? IdentificationVerdict.Unexplained
                : doubt is not null ? IdentificationVerdict.Ambiguous
                : winners.Length > 1 ? IdentificationVerdict.Class
                : IdentificationVerdict.Identified,
            Plans = [.. winners.Select(Nearest)],
            RunnerUp = runnerUp,
            Reason = full.Length == 0 ? $"no known plan reproduces every element; the nearest reproduces {rules[0].Reproduced} of {_output.Length}"
                : doubt is not null ? doubt
                : winners.Length > 1 ? $"{winners.Length} programs reproduce every element; more elements or a wider output format would tell them apart"
                : null,
        };
    }

    private static long Equal(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        ReadOnlySpan<int> left = MemoryMarshal.Cast<float, int>(one);
        ReadOnlySpan<int> right = MemoryMarshal.Cast<float, int>(other);
        long equal = 0;
        for (int index = 0; index < left.Length; index++)
            equal += left[index] == right[index] || (float.IsNaN(one[index]) && float.IsNaN(other[index])) ? 1 : 0;
        return equal;
    }

    private bool TryRun(PlanCandidate candidate, out long reproduced)
    {
        reproduced = 0;
        try
        {
            candidate.Evaluate(_output);
        }
        catch (PlanNotSupportedException)
        {
            return false;
        }

        reproduced = Equal(_output, MemoryMarshal.Cast<byte, float>(recorded.Output.Bytes.Span));
        return true;
    }

    private ScoredPlan Nearest(Program program)
    {
        PlanCandidate first = program.Rules.MinBy(Distance)!;
        return new ScoredPlan(string.Join(", ", program.Rules.OrderBy(Distance).Select(rule => rule.Name).Distinct()), first.Plan, program.Reproduced);
    }

    private int Distance(PlanCandidate candidate) =>
        -candidate.EngineWords.Count(word => recorded.Engine.Contains(word, StringComparison.OrdinalIgnoreCase));

    private sealed class Program(long reproduced, string order)
    {
        public string Order { get; } = order;

        public long Reproduced { get; } = reproduced;

        public List<PlanCandidate> Rules { get; } = [];

        public List<PlanCandidate> Controls { get; } = [];
    }
}
