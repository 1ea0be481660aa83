using System.Runtime.CompilerServices;
using PlanForensics.Models;

namespace PlanForensics.Replay;

/// <summary>The values of a graph by number instead of name, and when each was read for the last time.</summary>
internal sealed class ValueSlots
{
    private const string Logits = "logits";

    private static readonly ConditionalWeakTable<DecoderGraph, ValueSlots> Known = [];

    private readonly Dictionary<string, int> _slots = [];
    private readonly Dictionary<DecoderOperator, (int[] Inputs, int[] Outputs)> _operators = [];

    private ValueSlots(DecoderGraph graph)
    {
        foreach (DecoderOperator node in graph.Operators)
            _operators[node] = ([.. node.Inputs.Select(SlotOf)], [.. node.Outputs.Select(SlotOf)]);
        var seen = new HashSet<int> { SlotOf(Logits) };
        LastReads = new int[graph.Operators.Count][];
        for (int index = LastReads.Length - 1; index >= 0; index--)
            LastReads[index] = [.. Of(graph.Operators[index]).Inputs.Concat(Of(graph.Operators[index]).Outputs).Where(seen.Add)];
    }

    /// <summary>Number of values.</summary>
    public int Count => _slots.Count;

    /// <summary>The values that nobody reads after each operator.</summary>
    public int[][] LastReads { get; }

    public static ValueSlots Of(DecoderGraph graph) => Known.GetValue(graph, static graph => new ValueSlots(graph));

    /// <summary>The slots of what an operator reads and of what it makes.</summary>
    public (int[] Inputs, int[] Outputs) Of(DecoderOperator node) => _operators[node];

    /// <summary>The slot of a value; null where the graph has none of that name.</summary>
    public int? Find(string name) => _slots.TryGetValue(name, out int slot) ? slot : null;

    private int SlotOf(string name)
    {
        _slots.TryAdd(name, _slots.Count);
        return _slots[name];
    }
}
