using PlanForensics.Contracts;
using PlanForensics.Models;
using PlanForensics.Numerics;

namespace PlanForensics.Replay;

/// <summary>Cosines and sines that a recording holds as captured tensors: they are given to a replay, not recomputed.</summary>
/// <remarks>
/// Each step of rank 0 may carry the tensors <c>rope cos</c> and <c>rope sin</c>: a row for each of its positions, head_dim/2 values wide, or head_dim where the second half repeats the first
/// (rotate-half). Bitwise: identical on every machine.
/// </remarks>
public static class RecordedRope
{
    /// <summary>Name of the captured tensor with cosines.</summary>
    public const string Cosine = "rope cos";

    /// <summary>Name of the captured tensor with sines.</summary>
    public const string Sine = "rope sin";

    /// <summary>Prepares a model with the tables of some recordings, where they hold them for every position.</summary>
    /// <param name="model">The model.</param>
    /// <param name="recorded">The recordings that will be replayed.</param>
    /// <returns>The model; with computed tables where positions are missing.</returns>
    /// <exception cref="ContractReplayException">Two recorded rows of one position differ, or a table has another shape.</exception>
    public static ReplayModel Prepare(DecoderModel model, params ReadOnlySpan<ExecutionContract> recorded)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new ReplayModel(model, model.Configuration.Position == PositionKind.Rope ? TableOf(model.Configuration.HeadDimension / 2, recorded) : null);
    }

    /// <summary>Gathers the tables.</summary>
    /// <param name="half">head_dim / 2.</param>
    /// <param name="recorded">The recordings.</param>
    /// <returns>The table of positions 0 to the last one that ran; null where a position was not recorded.</returns>
    /// <exception cref="ContractReplayException">Two recorded rows of one position differ, or a table has another shape.</exception>
    public static RopeTable? TableOf(int half, params ReadOnlySpan<ExecutionContract> recorded)
    {
        var rows = new SortedDictionary<int, (float[] Cosine, float[] Sine)>();
        int end = 0;
        foreach (ExecutionContract contract in recorded)
        {
            foreach (ContractStep step in contract.Steps.Where(step => step.State.Rank == 0))
            {
                end = Math.Max(end, step.State.Shape.KeyLength);
                if (Find(step, Cosine) is { } cosine && Find(step, Sine) is { } sine)
                    Add(contract.RequestId, step, half, cosine, sine, rows);
            }
        }

        return end == 0 || rows.Count != end
            ? null
            : RopeTable.Given(half, rows.Values.SelectMany(row => row.Cosine).ToArray(), rows.Values.SelectMany(row => row.Sine).ToArray());
    }

    /// <summary>The tables among a step's captured tensors: what a replay took as given belongs to its own record too.</summary>
    internal static ValueList<CapturedTensor>? Of(StepObservation observation) =>
        observation.CapturedTensors?.Where(tensor => tensor.Name is Cosine or Sine).ToArray() is { Length: > 0 } tables ? tables.ToValueList() : null;

    private static TensorValue? Find(ContractStep step, string name) => step.Observation.CapturedTensors?.FirstOrDefault(tensor => tensor.Name == name)?.Tensor.Value;

    private static void Add(string request, ContractStep step, int half, TensorValue cosine, TensorValue sine, SortedDictionary<int, (float[], float[])> rows)
    {
        int first = step.State.Shape.KeyLength - step.State.Shape.QueryLength;
        float[][] cosines = Rows(request, step, half, Cosine, cosine);
        float[][] sines = Rows(request, step, half, Sine, sine);
        for (int row = 0; row < cosines.Length; row++)
        {
            (float[] Cosine, float[] Sine) one = (cosines[row], sines[row]);
            if (!rows.TryGetValue(first + row, out (float[] Cosine, float[] Sine) known))
                rows.Add(first + row, one);
            else if (!known.Cosine.AsSpan().SequenceEqual(one.Cosine) || !known.Sine.AsSpan().SequenceEqual(one.Sine))
                throw new ContractReplayException(request, FormattableString.Invariant(
                    $"step {step.State.StepIndex} recorded other cosines or sines for position {first + row} than a step before: the recordings are not of one model configuration"));
        }
    }

    private static float[][] Rows(string request, ContractStep step, int half, string name, TensorValue table)
    {
        int query = step.State.Shape.QueryLength;
        long width = table.ElementCount / query;
        if (table.ElementCount % query != 0 || (width != half && width != 2 * half))
            throw new ContractReplayException(request, FormattableString.Invariant(
                $"step {step.State.StepIndex}: {name} has {table.ElementCount} values for {query} positions; {half} or {2 * half} each are expected"));
        float[] values = table.ToFp32();
        float[][] rows = [.. Enumerable.Range(0, query).Select(row => values.AsSpan((int)(row * width), half).ToArray())];
        if (width == 2 * half && rows.Where((row, index) => !row.AsSpan().SequenceEqual(values.AsSpan((int)(index * width) + half, half))).Any())
            throw new ContractReplayException(request, $"step {step.State.StepIndex}: {name} has different values for the two members of a pair; a rotate-half table repeats them");
        return rows;
    }
}
