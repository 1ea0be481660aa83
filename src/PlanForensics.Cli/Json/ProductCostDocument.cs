using PlanForensics.Regimes.Cost;
using PlanForensics.Rules.Feasibility;

namespace PlanForensics.Cli.Json;

/// <summary>What one product costs a matrix unit and a workspace.</summary>
internal sealed record ProductCostDocument
{
    public required int M { get; init; }

    public required int N { get; init; }

    public required int K { get; init; }

    public required string? Instruction { get; init; }

    public required bool IsSwapped { get; init; }

    public required double? UtilizationM { get; init; }

    public required double? UtilizationN { get; init; }

    public required double? UtilizationK { get; init; }

    public required double? Utilization { get; init; }

    public required long? WorkspaceBytes { get; init; }

    public required string? WorkspaceFormula { get; init; }

    public static ProductCostDocument Of(int m, int n, int k, InstructionTile? tile, bool swapped, WorkspaceNeed? need)
    {
        FragmentUtilization? fill = tile is { } known ? FragmentUtilization.Of(m, n, k, known, swapped) : null;
        return new ProductCostDocument
        {
            M = m, N = n, K = k,
            Instruction = tile?.ToString(),
            IsSwapped = swapped,
            UtilizationM = fill?.M, UtilizationN = fill?.N, UtilizationK = fill?.K, Utilization = fill?.Whole,
            WorkspaceBytes = need?.Bytes,
            WorkspaceFormula = need?.Formula,
        };
    }
}
