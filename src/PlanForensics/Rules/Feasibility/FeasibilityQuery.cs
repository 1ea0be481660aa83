using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Rules.Feasibility;

/// <summary>A state and the operator that is asked about. What is not given is read from the state where it says so, else it stays unknown.</summary>
/// <param name="State">The step's state.</param>
public sealed record FeasibilityQuery(StepState State)
{
    /// <summary>The state.</summary>
    public StepState State { get; init; } = State ?? throw new ArgumentNullException(nameof(State));

    /// <summary>The operator's role; null for any matrix product.</summary>
    public OperatorRole? Role { get; init; }

    /// <summary>M, rows of the product on one rank; null for the rows that the state tells.</summary>
    public int? M { get; init => field = Positive(value, nameof(M)); }

    /// <summary>N, columns of the product on one rank; null for what role and shape give.</summary>
    public int? N { get; init => field = Positive(value, nameof(N)); }

    /// <summary>Columns of the product over all ranks, of which <see cref="N"/> is one rank's share; null where they are not known.</summary>
    public int? ColumnsOfAllRanks { get; init => field = Positive(value, nameof(ColumnsOfAllRanks)); }

    /// <summary>K, terms of each output on one rank; null for what role and shape give.</summary>
    public int? K { get; init => field = Positive(value, nameof(K)); }

    /// <summary>Format of the operands; null where it is not known.</summary>
    public NumericFormat? Operand { get; init; }

    /// <summary>Format of the output; null for that of the operands (fp8: bf16).</summary>
    public NumericFormat? Output { get; init; }

    /// <summary>Longest context of the batch; null for this request's where it is alone, else unknown.</summary>
    public int? LongestContext { get; init => field = Positive(value, nameof(LongestContext)); }

    /// <summary>Longest query of the batch; null for this request's where it is alone or the batch's tokens are one a request, else unknown.</summary>
    public int? LongestQuery { get; init => field = Positive(value, nameof(LongestQuery)); }

    /// <summary>Whether every pair of GPUs of the group is linked by NVLink; null where it is not known.</summary>
    public bool? FullyLinked { get; init; }

    /// <summary>The serving stack, over what the library versions say: see <see cref="StepPlatform.Stack"/>.</summary>
    public string? Stack { get; init; }

    /// <summary>Split-K counts that cuBLASLt configurations are listed with; default 1, 2, 4, 8.</summary>
    public ValueList<int> Splits { get; init; } = [1, 2, 4, 8];

    /// <summary>Rows of the whole step, from the most exact record: the padded batch and the batch's tokens, whichever is larger; of a request that is alone its own tokens. Null where none was recorded.</summary>
    /// <param name="state">The state.</param>
    /// <returns>Rows, or null.</returns>
    public static int? RowsOf(StepState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return (state.PaddedBatch, state.BatchTokens) switch
        {
            ({ } padded, { } tokens) => Math.Max(padded, tokens),
            (null, { } tokens) => tokens,
            ({ } padded, null) when state.Shape.QueryLength == 1 => padded,
            _ => state.BatchSize == 1 ? state.Shape.QueryLength : null,
        };
    }

    // The head runs on the rows that choose a token: in a prefill not on all of them.
    internal int? Rows => M ?? (Role == OperatorRole.LmHead && State.Phase == ExecutionPhase.Prefill ? null : RowsOf(State));

    /// <summary>The rows are at least these, whatever was recorded.</summary>
    internal int RowsAtLeast => Rows ?? (Role == OperatorRole.LmHead ? 1 : Math.Max(State.Shape.QueryLength, State.BatchSize ?? 1));

    internal int? HeadsPerRank => Share(State.Shape.Heads);

    internal int? KeyHeadsPerRank => Share(State.Shape.KeyValueHeads);

    internal int? Columns => N ?? (Role is OperatorRole.OutputProjection or OperatorRole.DownProjection ? WholeColumns : Share(WholeColumns));

    /// <summary>What to record where <see cref="Columns"/> is null.</summary>
    internal string ColumnsName => WholeColumns is null ? "n" : "tp";

    private int? WholeColumns => ColumnsOfAllRanks ?? Role switch
    {
        OperatorRole.QueryProjection => State.Shape.Heads * State.Shape.HeadDimension,
        OperatorRole.KeyProjection or OperatorRole.ValueProjection => State.Shape.KeyValueHeads * State.Shape.HeadDimension,
        OperatorRole.OutputProjection or OperatorRole.DownProjection => State.Shape.Hidden,
        _ => null,
    };

    internal int? Depth => K ?? Role switch
    {
        OperatorRole.QueryProjection or OperatorRole.KeyProjection or OperatorRole.ValueProjection or OperatorRole.GateProjection or OperatorRole.UpProjection or OperatorRole.LmHead => State.Shape.Hidden,
        OperatorRole.OutputProjection => Share(State.Shape.Heads * State.Shape.HeadDimension),
        _ => null,
    };

    internal NumericFormat? OutputOrOperand => Output ?? (Operand is NumericFormat.Fp8E4M3 or NumericFormat.Fp8E5M2 ? NumericFormat.Bf16 : Operand == NumericFormat.Tf32 ? NumericFormat.Fp32 : Operand);

    internal int? Context => LongestContext ?? (State.BatchSize == 1 ? State.Shape.KeyLength : null);

    internal int? Query => LongestQuery ?? (State.BatchSize == 1 || (State.BatchSize is { } size && State.BatchTokens == size) ? State.Shape.QueryLength : null);

    private int? Share(int? whole) => whole is { } width && State.Shape.TensorParallel is { } ranks ? Math.Max(1, width / ranks) : null;

    private static int? Positive(int? value, string name) => value is null or >= 1 ? value : throw new ArgumentOutOfRangeException(name, value, "at least 1, or null for unknown");
}
