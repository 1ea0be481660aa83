namespace PlanForensics.Regimes.Churn;

/// <summary>Turns the numbers that churn is counted by into what they stand for.</summary>
internal sealed class ChurnNames(StepTimeline timeline, PlanIdentities identities)
{
    private readonly Dictionary<int, ShapeClass> _shapes = [];

    /// <summary>Plans that are expected beside those that ran.</summary>
    public List<PlanIdentity> Expected { get; } = [];

    public int NumberOf(EngineStep step)
    {
        ShapeClass shape = ShapeClass.Of(step);
        _shapes.TryAdd(shape.Key, shape);
        return shape.Key;
    }

    public ShapeClass ShapeOf(int key) => _shapes[key];

    public Histogram Histogram(Dictionary<int, int> counts, Func<PlanIdentity, string?> field)
    {
        (Dictionary<string, int> texts, int unrecorded) = (new(StringComparer.Ordinal), 0);
        foreach ((int identity, int count) in counts)
        {
            if (field(identities[identity]) is { } text)
                texts[text] = texts.GetValueOrDefault(text) + count;
            else
                unrecorded += count;
        }

        return new Histogram(texts, unrecorded);
    }

    public IReadOnlyList<PlanDeviation> Deviations(Dictionary<(int Shape, int Expected, int Actual), (int Count, int First)> deviations) =>
    [
        .. deviations.OrderByDescending(pair => pair.Value.Count).ThenBy(pair => pair.Value.First).Select(pair => new PlanDeviation(
            ShapeOf(pair.Key.Shape), Expected[pair.Key.Expected], identities[pair.Key.Actual], pair.Value.Count, timeline.Steps[pair.Value.First])),
    ];
}
