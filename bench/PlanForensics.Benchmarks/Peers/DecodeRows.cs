using System.Runtime.InteropServices;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Benchmarks.Peers;

/// <summary>One decode step at the shapes of Llama 3.2 1B (1.24 billion weights), against reading its weights once.</summary>
internal static class DecodeRows
{
    /// <summary>Values of a matrix before they repeat; no divisor of a row's length.</summary>
    private const int Distinct = 1_000_003;

    private static readonly ModelConfiguration Shapes = new()
    {
        LayerCount = 16, HiddenSize = 2048, HeadCount = 32, KeyValueHeadCount = 8, HeadDimension = 64, FeedForwardSize = 8192, VocabularySize = 128256, ContextLength = 2048,
        Norm = NormKind.Rms, NormEpsilon = 1e-5, Activation = ActivationKind.SiluGate, Position = PositionKind.Rope, RopeTheta = 500000, HasTiedHead = true,
    };

    public static IEnumerable<PeerRow> Run()
    {
        foreach (NumericFormat format in (NumericFormat[])[NumericFormat.Fp32, NumericFormat.Bf16])
        {
            foreach (PeerRow row in Run(format))
                yield return row;
            GC.Collect(2, GCCollectionMode.Aggressive);
        }
    }

    private static IEnumerable<PeerRow> Run(NumericFormat format)
    {
        var model = new ReplayModel(Create(format));
        long weights = DecoderTensors.Expected(Shapes).Where(entry => entry.Key.Role != OperatorRole.LmHead).Sum(entry => entry.Value.Aggregate(1L, (product, dimension) => product * dimension));
        double bytes = (double)weights * NumericFormats.BytesPerElement(format);
        ExecutionPlan plan = PlanCatalog.Uniform(new GemmPlan { Operand = format, Output = format }, format);
        float[] before = [];
        foreach (int threads in (int[])[1, 2])
        {
            var engine = new CpuReplayEngine(KernelSelection.Create(KernelSelection.Default.Name, threads));
            var sequence = new ReplaySequence(Shapes);
            float[] logits = Step(engine, model, plan, sequence, ExecutionPhase.Prefill, 17);
            if (before.Length > 0 && !MemoryMarshal.AsBytes(before.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(logits.AsSpan())))
                throw new InvalidOperationException("two threads made other logits than one");
            before = logits;
            double[] times = Interleaved.Medians(1.5, () => Step(engine, model, plan, sequence, ExecutionPhase.Decode, 17), () => Machine.Read((long)bytes, threads));
            double time = times[0];
            yield return PeerRow.Times(
                $"decode step, Llama 1B shapes, {NumericFormats.NameOf(format)}", threads, time, times[1], "reading the weights", 1.2,
                threads == 1 ? "see the products" : "logits equal to one thread's",
                $"{weights / 1e9:F2} billion weights, {bytes / time / 1e9:F1} GB/s; managed memory {GC.GetTotalMemory(forceFullCollection: true) / bytes:F2} x the weights");
        }
    }

    private static float[] Step(CpuReplayEngine engine, ReplayModel model, ExecutionPlan plan, ReplaySequence sequence, ExecutionPhase phase, int token) =>
        engine.Run(model, new ReplayStep { Phase = phase, Plan = plan, Batch = [new SequenceTokens(sequence, new[] { token })] }).Logits[0];

    /// <summary>Every matrix has values of its own; made from a cheap generator, since the library's exact one would take most of the time.</summary>
    private static DecoderModel Create(NumericFormat format)
    {
        Dictionary<DecoderTensorKey, TensorValue> tensors = [];
        int seed = 0;
        foreach ((DecoderTensorKey key, IReadOnlyList<int> shape) in DecoderTensors.Expected(Shapes))
        {
            if (key.Role == OperatorRole.LmHead)
                continue;
            int size = NumericFormats.BytesPerElement(format);
            byte[] bytes = GC.AllocateUninitializedArray<byte>(shape.Aggregate(1, (product, dimension) => product * dimension) * size);
            if (format == NumericFormat.Fp32)
                Fill(MemoryMarshal.Cast<byte, uint>(bytes.AsSpan()), ++seed, 0x007F_FFFF, 0x3C80_0000, 0x8000_0000);
            else
                Fill(MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan()), ++seed, 0x007F, 0x3C80, 0x8000);
            tensors.Add(key, TensorValue.Own(format, bytes, [.. shape]));
        }

        return new DecoderModel(Shapes, tensors);
    }

    /// <summary>Both signs, magnitudes from 1/64 to 1/32.</summary>
    private static void Fill<T>(Span<T> patterns, int seed, uint fraction, uint exponent, uint sign)
        where T : System.Numerics.INumberBase<T>
    {
        uint state = ((uint)seed * 0x9E37_79B9) | 1;
        Span<T> first = patterns[..Math.Min(patterns.Length, Distinct)];
        for (int index = 0; index < first.Length; index++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            first[index] = T.CreateTruncating((state & fraction) | exponent | ((state & 0x4000_0000) != 0 ? sign : 0));
        }

        for (int index = Distinct; index < patterns.Length; index += Distinct)
            first[..Math.Min(Distinct, patterns.Length - index)].CopyTo(patterns[index..]);
    }
}
