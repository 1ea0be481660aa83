namespace PlanForensics.Plans;

/// <summary>The plan of ATen's flash attention on a CPU in fp32, products by oneMKL: a whole call of <c>scaled_dot_product_attention</c>. <see cref="ScaledDotProductProgram"/> states the arithmetic.</summary>
/// <remarks>Attention of one query row at a time, as decoders and other libraries run it, is <see cref="AttentionPlan"/>.</remarks>
public sealed record ScaledDotProductPlan : OperatorPlan
{
    /// <summary>Query rows in a block; 0 (default) for ATen's choice: 32 below 192 rows, 64 below 768, else 256.</summary>
    public int QueryBlock
    {
        get;
        init => field = value is >= 0 and <= 4096 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "q_block is 0 (by length) to 4096");
    }

    /// <summary>Keys in a block of the online softmax; default 512.</summary>
    public int KeyBlock
    {
        get;
        init => field = value is >= 1 and <= 65536 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "kv_block is 1 to 65536");
    } = 512;

    /// <summary>Lanes of a vector: exponentials of whole vectors are ATen's fast ones, and their sum has as many lanes; 8 or 16 (default).</summary>
    public int Lanes
    {
        get;
        init => field = value is 8 or 16 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "lanes are 8 or 16");
    } = 16;

    /// <summary>Threads that share the blocks, 1 (default) to 1024: they decide where a block's output lies in the workspace, and so, for blocks of fewer than 4 rows, some orders.</summary>
    public int Threads
    {
        get;
        init => field = value is >= 1 and <= 1024 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "threads are 1 to 1024");
    } = 1;

    /// <inheritdoc/>
    public override string Text => new PlanTextWriter("scaled_dot_product")
        .Add("q_block", QueryBlock, 0)
        .Add("kv_block", KeyBlock, 512)
        .Add("lanes", Lanes, 16)
        .Add("threads", Threads, 1)
        .ToString();

    /// <summary>Lowers for heads of <see cref="OperatorShape.Rows"/> queries, <see cref="OperatorShape.Columns"/> keys and a head dimension of <see cref="OperatorShape.Depth"/>.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape)
    {
        PlanChecks.Shape(this, shape);
        if (shape.Rows < 1 || shape.Columns < 1)
            throw new PlanNotSupportedException(Text, $"attention needs at least one query and one key; got {shape.Rows} and {shape.Columns}");
        return shape.Depth >= 8 && shape.Depth % 4 == 0
            ? new ScaledDotProductProgram(this, shape.Rows, shape.Columns, shape.Depth)
            : throw new PlanNotSupportedException(Text, $"the orders of oneMKL are known for head dimensions that are multiples of 4 from 8 up; got {shape.Depth}");
    }

    internal static ScaledDotProductPlan Read(PlanFieldReader reader)
    {
        int queryBlock = reader.Integer("q_block", 0);
        int keyBlock = reader.Integer("kv_block", 512);
        int lanes = reader.Integer("lanes", 16);
        int threads = reader.Integer("threads", 1);
        return reader.Finish(() => new ScaledDotProductPlan { QueryBlock = queryBlock, KeyBlock = keyBlock, Lanes = lanes, Threads = threads });
    }
}
