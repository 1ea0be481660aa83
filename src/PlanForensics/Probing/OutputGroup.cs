namespace PlanForensics.Probing;

/// <summary>Outputs that answer alike so far, and where each question to them is put: one line each, read at one output of the group on that line.</summary>
internal sealed class OutputGroup
{
    public OutputGroup(BoxCalls calls, IEnumerable<int> outputs)
    {
        Outputs = [.. outputs];
        Probes = [.. Outputs.Select(calls.Place).DistinctBy(place => place.Line)];
    }

    public int[] Outputs { get; }

    /// <summary>A line and the output on it that is read, for every line that has an output of the group.</summary>
    public (int Line, int Other)[] Probes { get; }
}
