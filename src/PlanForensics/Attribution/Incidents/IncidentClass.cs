using PlanForensics.Contracts;

namespace PlanForensics.Attribution.Incidents;

/// <summary>One class of candidates and what it reproduces of a run.</summary>
/// <param name="Members">Names of the candidates with these programs, those of the recorded batch size first.</param>
/// <param name="IsAllowed">Whether the recorded environment and batch size allow one of them.</param>
/// <param name="StepsCompared">Steps that were replayed and compared.</param>
/// <param name="StepsReproduced">Steps whose logits all have the recorded bits.</param>
/// <param name="LogitsCompared">Logits of the steps compared.</param>
/// <param name="LogitsReproduced">Logits with the recorded bits.</param>
/// <param name="TokensReproduced">Steps whose greedy choice is the recorded token.</param>
public sealed record IncidentClass(
    ValueList<string> Members, bool IsAllowed, int StepsCompared, int StepsReproduced, long LogitsCompared, long LogitsReproduced, int TokensReproduced)
{
    /// <summary>The first member's name.</summary>
    public string Name => Members[0];

    /// <summary>All members' names, joined by <c> | </c>.</summary>
    public string Names => string.Join(" | ", Members);

    /// <summary>Share of the compared logits that are reproduced, 0 to 1.</summary>
    public double Share => LogitsCompared == 0 ? 0 : (double)LogitsReproduced / LogitsCompared;

    /// <summary>Whether every compared logit and token is reproduced.</summary>
    public bool ReproducesEverything => StepsCompared > 0 && LogitsReproduced == LogitsCompared && TokensReproduced == StepsCompared;

    internal Replay.PlanSchedule? Schedule { get; init; }

    /// <summary>The name, and how many more share its programs.</summary>
    /// <returns>For reports.</returns>
    public override string ToString() => Members.Count == 1 ? Name : FormattableString.Invariant($"{Name} and {Members.Count - 1} more");
}
