namespace PlanForensics.Replay;

/// <summary>How a contract is replayed.</summary>
public sealed record ContractReplayOptions
{
    /// <summary>
    /// Feed the recorded tokens (true, the default: every step is comparable) or the replay's own greedy choices. A step whose token was not recorded is followed by the
    /// replay's own choice in both cases.
    /// </summary>
    public bool TeacherForced { get; init; } = true;

    /// <summary>Steps to replay at most; null (default) for all.</summary>
    public int? MaximumSteps { get; init; }

    /// <summary>Record the hash of the residual stream after every layer; default false.</summary>
    public bool HiddenStateHashes { get; init; }

    /// <summary>Record every operator's output of one step (its 0-based index), or null (default) of none.</summary>
    public int? CaptureStep { get; init; }

    /// <summary>Top logits recorded beside the full ones; default 2.</summary>
    public int TopK { get; init; } = 2;

    /// <summary>Whether everything is computed anew even where the engine has a memo; default false.</summary>
    public bool BypassMemo { get; init; }

    /// <summary>Called with every operator's output of every step, or null (default).</summary>
    public Action<OperatorOutput>? Observer { get; init; }
}
