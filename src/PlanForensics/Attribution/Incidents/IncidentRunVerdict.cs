using PlanForensics.Contracts;

namespace PlanForensics.Attribution.Incidents;

/// <summary>Which plans made the bits of one run.</summary>
public sealed record IncidentRunVerdict
{
    internal IncidentRunVerdict()
    {
    }

    /// <summary>Rows of the batch.</summary>
    public required int Batch { get; init; }

    /// <summary>Identified: one class reproduces everything; ambiguous: several; unexplained: none; control_failed: do not believe the rest.</summary>
    public required AttributionState State { get; init; }

    /// <summary>The classes that reproduce everything; where none does, the nearest alone.</summary>
    public required ValueList<IncidentClass> Found { get; init; }

    /// <summary>All other classes that were compared, the nearest first. They were compared over the first steps only unless all steps were asked for.</summary>
    public required ValueList<IncidentClass> Others { get; init; }

    /// <summary>Candidates that a rule or an engine declined.</summary>
    public required ValueList<RefusedCandidate> Refused { get; init; }

    /// <summary>Logits recorded.</summary>
    public required long LogitsTotal { get; init; }

    /// <summary>Tokens recorded.</summary>
    public required int TokensTotal { get; init; }

    /// <summary>Repeat, probe and negative control; null where no class reproduces the run.</summary>
    public ControlReport? Controls { get; init; }

    /// <summary>What the class found reproduces of the recorded operators, by kind of call; empty where none were recorded or compared.</summary>
    public ValueList<OperatorTally> Operators { get; init; } = [];

    /// <summary>What else the reader must know.</summary>
    public ValueList<string> Caveats { get; init; } = [];

    /// <summary>Names of the plans found, joined by <c> | </c>.</summary>
    public string Plan => string.Join(" | ", Found.SelectMany(item => item.Members));

    /// <summary>Logits that the class found reproduces.</summary>
    public long LogitsReproduced => Found.Count == 0 ? 0 : Found[0].LogitsReproduced;

    /// <summary>Tokens that the class found reproduces.</summary>
    public int TokensReproduced => Found.Count == 0 ? 0 : Found[0].TokensReproduced;

    /// <summary>Whether a class reproduces the run.</summary>
    public bool IsExplained => State is AttributionState.Identified or AttributionState.Ambiguous;

    internal HashSet<string> Members { get; init; } = [];

    /// <summary>Names of the candidates of every class that was compared.</summary>
    internal IReadOnlyList<HashSet<string>> Classes { get; init; } = [];

    /// <summary>The schedule of the class found, for bisection.</summary>
    internal Replay.PlanSchedule? Schedule { get; init; }
}
