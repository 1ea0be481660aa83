namespace PlanForensics.Regimes.Churn;

/// <summary>The plan expected of each shape class.</summary>
internal sealed class ExpectedPlans
{
    private readonly Dictionary<int, int> _ofShape = [];
    private readonly Dictionary<(int Expected, int Actual), bool?> _matches = [];
    private readonly PlanIdentities _identities;
    private readonly ChurnNames _names;
    private readonly bool _isFixed;

    public ExpectedPlans(PlanExpectation expectation, RegimeHistory history, PlanIdentities identities, ChurnNames names, int[] shapes)
    {
        (_identities, _names) = (identities, names);
        if (expectation.Plan is { } plan)
        {
            _isFixed = true;
            names.Expected.Add(plan);
            return;
        }

        Dictionary<(int Shape, int Identity), int> counts = [];
        for (int position = 0; position < shapes.Length; position++)
        {
            if (history.RegimeAt(position) != expectation.Baseline)
                continue;
            int identity = identities.Of(history.Timeline.DataOf(position).ProfileSet);
            if (identities[identity].IsRecorded)
                System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, (shapes[position], identity), out _)++;
        }

        foreach (IGrouping<int, KeyValuePair<(int Shape, int Identity), int>> shape in counts.GroupBy(pair => pair.Key.Shape))
        {
            KeyValuePair<(int Shape, int Identity), int>[] plans = [.. shape.OrderByDescending(pair => pair.Value)];
            if (plans.Length > 1 && plans[0].Value == plans[1].Value)
                continue;
            _ofShape.Add(shape.Key, names.Expected.Count);
            names.Expected.Add(identities[plans[0].Key.Identity]);
        }
    }

    /// <summary>Whether a step ran what was expected; null when that cannot be said.</summary>
    public bool? Conforms(int shape, int identity, out int expected)
    {
        expected = 0;
        if (!_isFixed && !_ofShape.TryGetValue(shape, out expected))
            return null;
        if (!_matches.TryGetValue((expected, identity), out bool? matches))
        {
            matches = PlanExpectation.Matches(_names.Expected[expected], _identities[identity]);
            _matches.Add((expected, identity), matches);
        }

        return matches;
    }
}
