using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace PlanForensics.Contracts;

/// <summary>One request as it was executed: the effective request x, every step's state s_t, and what came out.</summary>
public sealed record ExecutionContract : ExtensibleRecord
{
    /// <summary>The version of the schema that this library writes.</summary>
    public const int CurrentSchemaVersion = 1;

    /// <summary>Version of the schema; 1 is the only one so far.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A version that this library does not know.</exception>
    public required int SchemaVersion
    {
        get;
        init => field = value is >= 1 and <= CurrentSchemaVersion
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(SchemaVersion), value, $"this version reads contract schema 1 to {CurrentSchemaVersion}; a newer one needs a newer PlanForensics");
    }

    /// <summary>Name of the request, unique in a store. Not empty.</summary>
    public required string RequestId { get; init => field = ContractCheck.Text(value); }

    /// <summary>When recording began (UTC).</summary>
    public required DateTimeOffset RecordedAt { get; init => field = value.ToUniversalTime(); }

    /// <summary>When the request completed (UTC); null when it did not, or the recording ended before.</summary>
    public DateTimeOffset? CompletedAt { get; init => field = value?.ToUniversalTime(); }

    /// <summary>Why the completion ended (<c>stop</c>, <c>length</c>, <c>cancelled</c>, ...); null when not recorded.</summary>
    public string? FinishReason { get; init; }

    /// <summary>The replica that served the request; null when not recorded.</summary>
    public string? Replica { get; init; }

    /// <summary>Steps that the recorder had to drop (full queue, policy drop); null or 0 when none.</summary>
    public long? DroppedSteps { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Which weights ran.</summary>
    public required ModelIdentity Model { get; init => field = ContractCheck.Present(value); }

    /// <summary>The effective request, x.</summary>
    public required EffectiveRequest Request { get; init => field = ContractCheck.Present(value); }

    /// <summary>The steps, in ascending order of step index, then rank: what is set is sorted.</summary>
    /// <exception cref="ArgumentException">Two steps have equal index and rank.</exception>
    public required ValueList<ContractStep> Steps { get; init => field = Sorted(ContractCheck.NoNulls(ContractCheck.Present(value))!); }

    /// <summary>The tokens chosen, in order of steps, as rank 0 recorded them; steps without one are left out.</summary>
    [JsonIgnore]
    public IEnumerable<int> ChosenTokens =>
        Steps.Where(step => step.State.Rank == 0).Select(step => step.Observation.ChosenToken).OfType<int>();

    private static ValueList<ContractStep> Sorted(ValueList<ContractStep> steps, [CallerMemberName] string paramName = "")
    {
        bool sorted = true;
        for (int index = 1; index < steps.Count && sorted; index++)
            sorted = Order(steps[index - 1], steps[index]) < 0;
        if (sorted)
            return steps;
        ValueList<ContractStep> ordered = steps.Order(Comparer<ContractStep>.Create(Order)).ToValueList();
        for (int index = 1; index < ordered.Count; index++)
            if (Order(ordered[index - 1], ordered[index]) == 0)
                throw new ArgumentException($"step {ordered[index].State.StepIndex} of rank {ordered[index].State.Rank} occurs twice", paramName);
        return ordered;
    }

    private static int Order(ContractStep left, ContractStep right) =>
        (left.State.StepIndex, left.State.Rank).CompareTo((right.State.StepIndex, right.State.Rank));
}
