using System.Collections;

namespace PlanForensics.Replay.Sharing;

/// <summary>Logits that lie in a memo, given out as copies, each when it is first asked for.</summary>
internal sealed class SharedLogitsList(SharedLogits[] rows) : IReadOnlyList<float[]>
{
    private readonly float[]?[] _copies = new float[rows.Length][];

    public int Count => rows.Length;

    public float[] this[int index] => _copies[index] ??= [.. rows[index].Values];

    public IEnumerator<float[]> GetEnumerator() => Enumerable.Range(0, Count).Select(index => this[index]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
