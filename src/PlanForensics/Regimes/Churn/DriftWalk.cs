using PlanForensics.Contracts.Steps;
using PlanForensics.Plans;

namespace PlanForensics.Regimes.Churn;

/// <summary>Compares requests of equal x, step by step.</summary>
internal sealed class DriftWalk(RegimeHistory history)
{
    private const int HexDigits = 64;

    private readonly StepTimeline _timeline = history.Timeline;
    private readonly TextTable _hashes = new();
    private readonly TextTable _keys = new();
    private readonly DriftCounter _replicas = new(betweenReplicas: true);
    private readonly DriftCounter _requests = new(betweenReplicas: false);

    public DriftReport Run()
    {
        SortedDictionary<int, List<DriftStep>> classes = ReadClasses();
        foreach (List<DriftStep> steps in classes.Values)
            Compare(steps);
        int requests = _timeline.Requests.Count(request => request.EqualClass is not null);
        return new DriftReport(
            _timeline.Requests.Where(request => request.EqualClass is not null).Select(request => request.EqualClass).Distinct().Count(), requests,
            _replicas.Tallies, _requests.Tallies, _requests.Pairs);
    }

    /// <summary>The steps of each class of equal x; of several ranks the lowest that a step recorded.</summary>
    private SortedDictionary<int, List<DriftStep>> ReadClasses()
    {
        SortedDictionary<int, List<DriftStep>> classes = [];
        (int lastRequest, int lastIndex) = (-1, -1);
        foreach (OutcomeData outcome in _timeline.Outcomes)
        {
            ref readonly MemberData row = ref _timeline.RowAt(outcome.Row);
            if (row.Request == lastRequest && row.StepIndex == lastIndex)
                continue;
            (lastRequest, lastIndex) = (row.Request, row.StepIndex);
            RequestRow request = _timeline.Requests[row.Request];
            if (!classes.TryGetValue(request.EqualClass!.Value, out List<DriftStep>? steps))
                classes.Add(request.EqualClass.Value, steps = []);
            (int kind, int token) = TokenOf(outcome);
            steps.Add(new DriftStep(
                row.Request, row.KeyLength, history.RegimeAt(row.Step), request.Replica is null ? -1 : _timeline.DataOf(row.Step).Replica, kind, token,
                _hashes.IdOf(outcome.LogitsSha256), row.Phase == ExecutionPhase.Prefill));
        }

        return classes;
    }

    private (int Kind, int Token) TokenOf(in OutcomeData outcome)
    {
        if (outcome.Token >= 0)
            return (1, outcome.Token);
        if (outcome.TokenHash is not { Length: > HexDigits } hash)
            return (0, 0);
        // Hashes compare under one key only; the key stands before the digits.
        return (2 + _keys.IdOf(hash[..^HexDigits]), _hashes.IdOf(hash));
    }

    private void Compare(List<DriftStep> steps)
    {
        if (!LevelsAscend(steps))
            Renumber(steps);
        steps.Sort(static (a, b) => (a.Level, a.Request).CompareTo((b.Level, b.Request)));
        Dictionary<int, int> last = [];
        foreach (DriftStep step in steps)
            last[step.Request] = step.Level;
        // Requests with equal tokens so far have one number; one whose tokens are no longer known has none.
        Dictionary<int, int> prefixes = last.Keys.ToDictionary(request => request, _ => 0);
        int next = 1;
        for (int start = 0, end; start < steps.Count; start = end)
        {
            end = start + 1;
            while (end < steps.Count && steps[end].Level == steps[start].Level)
                end++;
            CompareLevel(steps, start, end, prefixes, last, ref next);
        }
    }

    private void CompareLevel(List<DriftStep> steps, int start, int end, Dictionary<int, int> prefixes, Dictionary<int, int> last, ref int next)
    {
        Dictionary<int, Dictionary<(Regime, int, int, int, int), (DriftStep Step, int Count)>> levels = [];
        HashSet<int> chose = [];
        HashSet<int> present = [];
        for (int index = start; index < end; index++)
        {
            DriftStep step = steps[index];
            present.Add(step.Request);
            if (!prefixes.TryGetValue(step.Request, out int prefix))
                continue;
            if (step.TokenKind != 0)
                chose.Add(prefix);
            if (!levels.TryGetValue(prefix, out var groups))
                levels.Add(prefix, groups = []);
            groups[step.Key] = groups.TryGetValue(step.Key, out (DriftStep Step, int Count) known) ? (known.Step, known.Count + 1) : (step, 1);
        }

        foreach (var groups in levels.Values)
        {
            List<(DriftStep, int)> counted = [.. groups.Values];
            _replicas.Add(counted);
            _requests.Add(counted);
        }

        // From here on the inputs are equal only where the chosen tokens were.
        Dictionary<(int Prefix, int Kind, int Token), int> split = [];
        for (int index = start; index < end; index++)
        {
            DriftStep step = steps[index];
            if (!prefixes.TryGetValue(step.Request, out int prefix))
                continue;
            if (step.TokenKind == 0)
            {
                if (!step.IsPrefill || chose.Contains(prefix))
                    prefixes.Remove(step.Request);
                continue;
            }

            if (!split.TryGetValue((prefix, step.TokenKind, step.Token), out int number))
                split.Add((prefix, step.TokenKind, step.Token), number = next++);
            prefixes[step.Request] = number;
        }

        foreach ((int request, int prefix) in prefixes)
            if (chose.Contains(prefix) && !present.Contains(request) && last[request] > steps[start].Level)
                prefixes.Remove(request);
    }

    private static bool LevelsAscend(List<DriftStep> steps)
    {
        for (int index = 1; index < steps.Count; index++)
            if (steps[index].Request == steps[index - 1].Request && steps[index].Level <= steps[index - 1].Level)
                return false;
        return true;
    }

    /// <summary>Aligns by the order of steps, where context lengths repeat or are cut by a window.</summary>
    private static void Renumber(List<DriftStep> steps)
    {
        int level = 0;
        for (int index = 0; index < steps.Count; index++)
        {
            level = index > 0 && steps[index].Request == steps[index - 1].Request ? level + 1 : 0;
            steps[index] = steps[index] with { Level = level };
        }
    }
}
