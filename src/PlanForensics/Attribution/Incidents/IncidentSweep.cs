using System.Runtime.InteropServices;
using PlanForensics.Contracts;
using PlanForensics.Kernels.Threading;
using PlanForensics.Numerics;
using PlanForensics.Replay;

namespace PlanForensics.Attribution.Incidents;

/// <summary>Replays classes of candidates against one run's recorded logits, several at a time.</summary>
internal sealed class IncidentSweep(IReplayEngine engine, ReplayModel model, ExecutionContract recorded, int threads, CancellationToken cancellation)
{
    /// <summary>Counts what each class reproduces of the first steps.</summary>
    /// <param name="classes">The classes.</param>
    /// <param name="steps">Steps at most; null for all.</param>
    /// <param name="stopsEarly">Whether a class ends at its first step with another logit.</param>
    /// <param name="done">Told after each class.</param>
    public SweepCounts[] Run(IReadOnlyList<CandidateClass> classes, int? steps, bool stopsEarly, Action done)
    {
        var counts = new SweepCounts[classes.Count];
        Parallelism.For(
            classes.Count, threads,
            index =>
            {
                counts[index] = Count(classes[index].Resolved[0], steps, stopsEarly);
                done();
            },
            cancellation);
        return counts;
    }

    private SweepCounts Count(ResolvedCandidate candidate, int? steps, bool stopsEarly)
    {
        (int compared, int stepsEqual, long logits, long logitsEqual, int tokensEqual) = (0, 0, 0, 0, 0);
        foreach (ContractStep replayed in ContractReplay.Steps(engine, model, recorded, candidate.PlanFor, new ContractReplayOptions { MaximumSteps = steps }, cancellation))
        {
            StepObservation expected = recorded.Steps[compared++].Observation;
            TensorValue own = replayed.Observation.FullLogits!;
            long equal = EqualElements(expected.FullLogits!, own);
            logits += own.ElementCount;
            logitsEqual += equal;
            tokensEqual += replayed.Observation.ChosenToken == expected.ChosenToken ? 1 : 0;
            if (equal == own.ElementCount)
                stepsEqual++;
            else if (stopsEarly)
                break;
        }

        return new SweepCounts(compared, stepsEqual, logits, logitsEqual, tokensEqual);
    }

    private static long EqualElements(TensorValue expected, TensorValue own)
    {
        if (expected.Format != own.Format || expected.ElementCount != own.ElementCount)
            return 0;
        return NumericFormats.BytesPerElement(own.Format) == 2
            ? Equal(MemoryMarshal.Cast<byte, ushort>(expected.Bytes.Span), MemoryMarshal.Cast<byte, ushort>(own.Bytes.Span))
            : Equal(MemoryMarshal.Cast<byte, uint>(expected.Bytes.Span), MemoryMarshal.Cast<byte, uint>(own.Bytes.Span));
    }

    private static long Equal<T>(ReadOnlySpan<T> expected, ReadOnlySpan<T> own)
        where T : unmanaged, IEquatable<T>
    {
        long equal = 0;
        for (int index = 0; index < own.Length; index++)
            equal += expected[index].Equals(own[index]) ? 1 : 0;
        return equal;
    }
}
