using System.Globalization;

namespace PlanForensics.Simulation.Batching;

/// <summary>A step's batch, summed up before it runs.</summary>
internal readonly record struct StepBatch(
    int Size, int Tokens, int Rows, bool IsDecode, int LongestQuery, int LongestContext, double AttendedPairs, double ContextTokens, ulong Identity, bool Recomputes)
{
    private const int LargestGraph = 512;

    /// <summary>The batch's fingerprint: 16 hexadecimal digits of the sum (mod 2^64) of its requests' identities, so that order does not matter.</summary>
    public string Fingerprint => Identity.ToString("x16", CultureInfo.InvariantCulture);

    public static StepBatch Of(IReadOnlyList<ScheduledPart> parts)
    {
        int tokens = 0, query = 0, context = 0;
        double pairs = 0, contexts = 0;
        ulong identity = 0;
        bool recomputes = false;
        for (int index = 0; index < parts.Count; index++)
        {
            (SimulatedRequest request, int own, _) = parts[index];
            int keys = request.Computed + own;
            tokens += own;
            query = Math.Max(query, own);
            context = Math.Max(context, keys);
            // Token i of n attends to Computed + i keys, i from 1.
            pairs += ((double)own * request.Computed) + (own * (own + 1.0) / 2);
            contexts += keys;
            identity += request.Identity;
            recomputes |= request.Preemptions > 0 && request.Known - request.Computed > 1;
        }

        bool isDecode = query == 1;
        return new StepBatch(parts.Count, tokens, isDecode ? Padded(parts.Count) : tokens, isDecode, query, context, pairs, contexts, identity, recomputes);
    }

    /// <summary>Rows of a captured decode graph: 1, 2, 4, then multiples of 8 up to 512; a larger batch is not padded.</summary>
    public static int Padded(int size) => size switch
    {
        <= 2 => size,
        <= 4 => 4,
        <= LargestGraph => (size + 7) / 8 * 8,
        _ => size,
    };
}
