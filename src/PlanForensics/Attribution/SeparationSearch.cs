using PlanForensics.Contracts;
using PlanForensics.Replay;

namespace PlanForensics.Attribution;

/// <summary>Finds the first operator whose output has different bits under two classes.</summary>
internal static class SeparationSearch
{
    public static ClassSeparation Between(ClassSweep sweep, CandidateClass a, CandidateClass b)
    {
        var outputsA = new List<OperatorOutput>();
        var outputsB = new List<OperatorOutput>();
        using IEnumerator<ContractStep> replayA = sweep.Replay(a.Resolved[0], observer: outputsA.Add).GetEnumerator();
        using IEnumerator<ContractStep> replayB = sweep.Replay(b.Resolved[0], observer: outputsB.Add).GetEnumerator();
        while (replayA.MoveNext() && replayB.MoveNext())
        {
            int step = replayA.Current.State.StepIndex;
            for (int index = 0; index < Math.Min(outputsA.Count, outputsB.Count); index++)
            {
                long different = DifferentElements(outputsA[index], outputsB[index]);
                if (different > 0)
                    return Separation(a, b, step, outputsA[index], different);
            }

            outputsA.Clear();
            outputsB.Clear();
        }

        return new ClassSeparation(
            a.Index, b.Index, null, null, 0,
            $"{a} and {b} run different programs, but no operator's output differs in any bit on this input: longer completions or other inputs may separate them");
    }

    private static ClassSeparation Separation(CandidateClass a, CandidateClass b, int step, OperatorOutput output, long different)
    {
        string name = output.Operator.Name;
        return new ClassSeparation(a.Index, b.Index, step, name, different, FormattableString.Invariant(
            $"record the output of {name} at step {step} (or its hash): {different} of its {output.Values.Length} values differ between {a} and {b}"));
    }

    private static long DifferentElements(OperatorOutput a, OperatorOutput b)
    {
        ReadOnlySpan<float> left = a.Values.Span;
        ReadOnlySpan<float> right = b.Values.Span;
        if (a.Format != b.Format || left.Length != right.Length)
            return Math.Max(left.Length, right.Length);
        ReadOnlySpan<uint> leftBits = System.Runtime.InteropServices.MemoryMarshal.Cast<float, uint>(left);
        ReadOnlySpan<uint> rightBits = System.Runtime.InteropServices.MemoryMarshal.Cast<float, uint>(right);
        return leftBits.SequenceEqual(rightBits) ? 0 : System.Numerics.Tensors.TensorPrimitives.HammingDistance(leftBits, rightBits);
    }
}
