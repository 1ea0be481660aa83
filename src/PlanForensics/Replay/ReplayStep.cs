using PlanForensics.Models;
using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>One step to run: the sequences of a batch, their tokens, and the plan of every operator.</summary>
public sealed record ReplayStep
{
    /// <summary>The step's phase, by which the plan is looked up.</summary>
    public required ExecutionPhase Phase { get; init; }

    /// <summary>The plan.</summary>
    public required ExecutionPlan Plan { get; init; }

    /// <summary>The sequences and their tokens, in batch order.</summary>
    public required IReadOnlyList<SequenceTokens> Batch { get; init; }

    /// <summary>Rows of the recorded batch when only some of them are replayed: plans that differ by row see this M. 0 (default) for the rows given.</summary>
    public int BatchRows { get; init; }

    /// <summary>Row of the recorded batch at which the given rows start; default 0.</summary>
    public int FirstRow { get; init; }

    /// <summary>Sequences of the recorded batch before the given ones: the head takes one row a sequence; null (default) for <see cref="FirstRow"/>.</summary>
    public int? FirstSequence { get; init; }

    /// <summary>Whether everything is computed anew even where the engine has a memo; default false. Controls use it.</summary>
    public bool BypassMemo { get; init; }

    /// <summary>Called with every operator's output, (rows, width), or null. An engine that keeps values on a device brings each observed one to the host.</summary>
    public Action<OperatorOutput>? Observer { get; init; }

    /// <summary>Which operators <see cref="Observer"/> is called for; null (default) for all.</summary>
    public Func<DecoderOperator, bool>? Observes { get; init; }

    /// <summary>Whether only the greedy tokens are wanted: the result then has no logits, and an engine that keeps values on a device leaves them there. Default false.</summary>
    public bool TokensOnly { get; init; }
}
