using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>
/// The plan of ggml's <c>flash_attn_ext</c>: one query row whose softmax runs along the keys, one key or one tile at a time, with the order of its scores as a plan of its own.
/// <see cref="FlashAttentionProgram"/> states the arithmetic.
/// </summary>
/// <remarks>Text: <c>flash_attention{walk=tiles fold=16 math=ggml16; qk: gemm start=zero}</c>, fields as in other families (all may be left out), then the plan of a score.</remarks>
public sealed record FlashAttentionPlan : OperatorPlan
{
    private const string Opening = "flash_attention{";
    private const string ScoresMark = "qk: ";

    /// <summary>How keys are walked; default key by key.</summary>
    public FlashWalk Walk { get; init; } = FlashWalk.Keys;

    /// <summary>Keys of a tile; default 64.</summary>
    public int Tile
    {
        get;
        init => field = InRange(value, 1, 1 << 16, "tile");
    } = 64;

    /// <summary>Successive exponentials of a tile that are folded by a butterfly in binary32 before binary64 takes their sum: a power of two that divides the tile; default 1.</summary>
    public int Fold
    {
        get;
        init => field = int.IsPow2(value) ? InRange(value, 1, 64, "fold") : throw new ArgumentOutOfRangeException(nameof(value), value, "fold is a power of two");
    } = 1;

    /// <summary>Chunks of ceil(keys / chunks) keys that are walked apart and merged in order; 0 (default): not cut and not merged.</summary>
    public int Chunks
    {
        get;
        init => field = InRange(value, 0, 4096, "chunks");
    }

    /// <summary>Format in which the weighted values are accumulated key by key: fp32 (default) or fp16.</summary>
    public NumericFormat Accumulator { get; init; } = NumericFormat.Fp32;

    /// <summary>How the running sum is rescaled key by key: <c>fma</c> (default) or <c>muladd</c>.</summary>
    public ReductionStep Sum { get; init; } = ReductionStep.Fma;

    /// <summary>exp implementation; default portable. <c>ggml16</c> and <c>ggml8</c> use ggml's vector exp in tiles and glibc's expf for single values.</summary>
    public MathPath Math { get; init; } = MathPath.Portable;

    /// <summary>Plan of one score, a sum over the head dimension: a <see cref="GemmPlan"/> or a <see cref="ProgramPlan"/> that ends in fp32. Default sequential fma.</summary>
    public OperatorPlan Scores
    {
        get;
        init => field = value is GemmPlan or ProgramPlan
            ? value
            : throw new ArgumentException($"scores are made by a gemm or a program plan; got {value?.Text ?? "null"}", nameof(value));
    } = new GemmPlan();

    /// <inheritdoc/>
    public override string Text
    {
        get
        {
            string fields = new PlanTextWriter("")
                .Add("walk", Walk, FlashWalk.Keys)
                .Add("tile", Tile, 64)
                .Add("fold", Fold, 1)
                .Add("chunks", Chunks, 0)
                .Add("acc", Accumulator, NumericFormat.Fp32)
                .Add("sum", Sum, ReductionStep.Fma)
                .Add("math", Math, MathPath.Portable)
                .ToString();
            return $"{Opening}{(fields.Length == 0 ? "" : fields[1..] + "; ")}{ScoresMark}{Scores.Text}}}";
        }
    }

    /// <summary>Lowers for query rows that see <see cref="OperatorShape.Columns"/> keys with heads of <see cref="OperatorShape.Depth"/>; the number of rows does not change bits.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape)
    {
        PlanChecks.Shape(this, shape);
        if (shape.Columns < 1 || shape.Depth < 1)
            throw new PlanNotSupportedException(Text, $"attention needs at least one key and one head dimension; got {shape.Columns} and {shape.Depth}");
        if (Accumulator is not (NumericFormat.Fp32 or NumericFormat.Fp16))
            throw new PlanNotSupportedException(Text, $"acc is fp32 or fp16; got {NumericFormats.NameOf(Accumulator)}");
        if (Sum != ReductionStep.Fma && Sum != ReductionStep.MulAdd)
            throw new PlanNotSupportedException(Text, $"the running sum is rescaled by fma or muladd; got {Sum}");
        if (Walk == FlashWalk.Tiles && (Chunks > 0 || Accumulator != NumericFormat.Fp32 || Sum != ReductionStep.Fma))
            throw new PlanNotSupportedException(Text, "chunks, acc and sum belong to walk=keys; tiles accumulate in fp32 and add their sums in fp64: leave the fields out");
        if (Walk == FlashWalk.Keys && (Tile != 64 || Fold != 1))
            throw new PlanNotSupportedException(Text, "tile and fold belong to walk=tiles; leave them out");
        if (Tile % Fold != 0)
            throw new PlanNotSupportedException(Text, $"fold divides the tile; got fold={Fold} and tile={Tile}");
        ReductionProgram scores = ((GemmProgram)Scores.Lower(new OperatorShape(1, 1, shape.Depth))).Uniform!;
        return scores.Output == NumericFormat.Fp32
            ? new FlashAttentionProgram(this, shape.Columns, scores)
            : throw new PlanNotSupportedException(Text, $"scores are fp32; got {NumericFormats.NameOf(scores.Output)}");
    }

    internal static bool IsFlashAttention(string text) => text.StartsWith(Opening, StringComparison.Ordinal);

    internal static FlashAttentionPlan ParseFlashAttention(string text)
    {
        int mark = text.IndexOf(ScoresMark, StringComparison.Ordinal);
        if (mark < 0 || !text.EndsWith('}') || (mark > Opening.Length && (mark < Opening.Length + 2 || text[(mark - 2)..mark] != "; ")))
            throw new PlanFormatException(text, Opening.Length, "expected KEY=VALUE ...; qk: gemm ... or program{...}, and \"}\" at the end");
        OperatorPlan scores = Inner(text, mark + ScoresMark.Length, Parse);
        return Inner(text, 0, fields => Read(new PlanFieldReader(fields), scores), "flash_attention" + (mark > Opening.Length ? " " + text[Opening.Length..(mark - 2)] : ""));
    }

    private static FlashAttentionPlan Read(PlanFieldReader reader, OperatorPlan scores)
    {
        FlashWalk walk = reader.Enum("walk", FlashWalk.Keys);
        int tile = reader.Integer("tile", 64);
        int fold = reader.Integer("fold", 1);
        int chunks = reader.Integer("chunks", 0);
        NumericFormat accumulator = reader.Format("acc", NumericFormat.Fp32);
        ReductionStep sum = reader.Step("sum", ReductionStep.Fma);
        MathPath math = reader.Enum("math", MathPath.Portable);
        return reader.Finish(() => new FlashAttentionPlan
        {
            Walk = walk, Tile = tile, Fold = fold, Chunks = chunks, Accumulator = accumulator, Sum = sum, Math = math, Scores = scores,
        });
    }

    private static T Inner<T>(string text, int offset, Func<string, T> read, string? part = null)
    {
        try
        {
            return read(part ?? text[offset..^1]);
        }
        catch (PlanFormatException exception)
        {
            throw exception.Within(text, offset);
        }
    }

    private static int InRange(int value, int low, int high, string field) => value >= low && value <= high
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"{field} is {low} to {high}");
}
