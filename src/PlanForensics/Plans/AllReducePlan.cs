using System.Collections.Immutable;
using System.Globalization;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>How tensor-parallel ranks add their partial results.</summary>
public sealed record AllReducePlan : OperatorPlan
{
    /// <summary>The algorithm; default one-shot.</summary>
    public AllReduceAlgorithm Algorithm { get; init; } = AllReduceAlgorithm.OneShot;

    /// <summary>Number of ranks, 2 to 1,024; default 2.</summary>
    public int Ranks
    {
        get;
        init => field = value is >= 2 and <= 1024 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "ranks are 2 to 1024");
    } = 2;

    /// <summary>Format of a partial result on the wire; default bf16.</summary>
    public NumericFormat Wire
    {
        get;
        init => field = value is NumericFormat.Fp32 or NumericFormat.Bf16 or NumericFormat.Fp16
            ? value
            : throw new ArgumentException($"the wire format is fp32, bf16 or fp16; got {NumericFormats.NameOf(value)}", nameof(value));
    } = NumericFormat.Bf16;

    /// <summary>Elements that stay together when the message is cut into partitions, 1 (default) to 64: kernels that move 16 bytes at a time have 16 / (bytes of the wire format).</summary>
    public int Pack
    {
        get;
        init => field = value is >= 1 and <= 64 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "pack is 1 to 64 elements");
    } = 1;

    /// <inheritdoc/>
    public override string Text => new PlanTextWriter("all_reduce")
        .Add("algorithm", Algorithm, AllReduceAlgorithm.OneShot)
        .Add("ranks", Ranks, 2)
        .Add("wire", Wire, NumericFormat.Bf16)
        .Add("pack", Pack, 1)
        .ToString();

    internal string Compact => string.Create(CultureInfo.InvariantCulture, $"{PlanNames.Of(Algorithm)}:{Ranks}:{NumericFormats.NameOf(Wire)}")
        + (Pack == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $":{Pack}"));

    /// <summary>Number of partitions of the output whose elements are added in different orders.</summary>
    public int Partitions => Algorithm is AllReduceAlgorithm.TwoShot or AllReduceAlgorithm.Ring ? Ranks : 1;

    /// <summary>Lowers to a sum over ranks: term r is rank r's element. The message is the output, row after row; it is cut into one partition a rank: two-shot <c>floor(packs / ranks)</c> packs, the last takes the rest; ring <c>ceil(packs / ranks)</c> packs, the last is short. NCCL's own
    /// cut of a message by channels and loops is not modelled.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape)
    {
        ImmutableArray<ReductionChain> partials = [.. Enumerable.Range(0, Ranks).Select(rank =>
            new ReductionChain(NumericFormat.Fp32, [new ReductionSegment(ReductionStep.Add, rank, 1, 1)], Wire))];
        return GemmProgram.ByPartition(this, shape, Ranks, Wire, Wire, partials, [new EpilogueStep(EpilogueKind.Round, Wire)]);
    }

    /// <summary>The chain that adds the ranks' partial results for one partition; its result travels, and is stored, in the wire format.</summary>
    internal ReductionChain Combine(ImmutableArray<ReductionChain> partials, int partition)
    {
        int first = Algorithm switch { AllReduceAlgorithm.TwoShot => partition, AllReduceAlgorithm.Ring => partition + 1, _ => 0 };
        if (Algorithm == AllReduceAlgorithm.Tree)
            return ChainMerge.Merge([.. partials], MergeOrder.Neighbours, NumericFormat.Fp32, Wire);
        ImmutableArray<ReductionItem> items = [.. Enumerable.Range(0, Ranks).Select(step => (ReductionItem)partials[(first + step) % Ranks])];
        return new ReductionChain(Algorithm == AllReduceAlgorithm.Ring ? Wire : NumericFormat.Fp32, items, Wire);
    }

    internal static AllReducePlan Read(PlanFieldReader reader)
    {
        AllReduceAlgorithm algorithm = reader.Enum("algorithm", AllReduceAlgorithm.OneShot);
        int ranks = reader.Integer("ranks", 2);
        NumericFormat wire = reader.Format("wire", NumericFormat.Bf16);
        int pack = reader.Integer("pack", 1);
        return reader.Finish(() => new AllReducePlan { Algorithm = algorithm, Ranks = ranks, Wire = wire, Pack = pack });
    }

    internal static bool TryParseCompact(string text, out AllReducePlan? plan)
    {
        plan = null;
        string[] parts = text.Split(':');
        int pack = 1;
        if (parts.Length is not (3 or 4) || (parts.Length == 4 && (!int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out pack) || pack is < 2 or > 64)) || !PlanNames.TryParse(parts[0], out AllReduceAlgorithm algorithm)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int ranks) || ranks is < 2 or > 1024
            || !NumericFormats.TryParse(parts[2], out NumericFormat wire) || wire is not (NumericFormat.Fp32 or NumericFormat.Bf16 or NumericFormat.Fp16))
            return false;
        plan = new AllReducePlan { Algorithm = algorithm, Ranks = ranks, Wire = wire, Pack = pack };
        return true;
    }
}
