using PlanForensics.Plans;
using PlanForensics.Simulation.Sweep;

namespace PlanForensics.Cli.Json;

/// <summary>One pin of <c>sweep --json</c>.</summary>
internal sealed record PinTrialDocument(string Name, IReadOnlyList<string> Roles, int? PadRows, bool IsFp32, double EstimatedCost, int DifferentAnswers, int Answers, bool BitsEqual, bool Holds)
{
    public static PinTrialDocument Of(PinTrial trial) => new(
        trial.Pin.Name, [.. trial.Pin.Roles.Select(OperatorRoles.NameOf)], trial.Pin.PadRows == 0 ? null : trial.Pin.PadRows, trial.Pin.IsFp32, trial.EstimatedCost, trial.DifferentAnswers, trial.Answers,
        trial.BitsEqual, trial.Holds);
}
