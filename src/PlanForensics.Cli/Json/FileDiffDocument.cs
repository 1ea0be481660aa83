using PlanForensics.Diffing;

namespace PlanForensics.Cli.Json;

/// <summary><c>diff --json</c> on files.</summary>
internal sealed record FileDiffDocument
{
    public required string A { get; init; }

    public required string B { get; init; }

    public required bool IsSame { get; init; }

    public required long? MaxUlpsAllowed { get; init; }

    public required TensorDiffDocument Diff { get; init; }

    public static FileDiffDocument Of(string a, string b, bool same, long? allowed, TensorDiff diff) =>
        new() { A = a, B = b, IsSame = same, MaxUlpsAllowed = allowed, Diff = TensorDiffDocument.Of(diff) };
}
