using System.Collections.Immutable;
using PlanForensics.Plans;

namespace PlanForensics.Probing;

/// <summary>Outputs of one operator that add in the same order, and that order.</summary>
public sealed record ProbedClass
{
    /// <summary>Where the outputs lie.</summary>
    public required ImmutableArray<OutputRegion> Regions { get; init; }

    /// <summary>Number of outputs.</summary>
    public required int OutputCount { get; init; }

    /// <summary>The tree.</summary>
    public required SummationTree Tree { get; init; }

    /// <summary>The order of every rounding; null where the plan vocabulary cannot say it, see <see cref="Reason"/>.</summary>
    public ReductionProgram? Program { get; init; }

    /// <summary>The simplest plan known to lower to <see cref="Program"/> at this K: a <see cref="GemmPlan"/> or <see cref="SumPlan"/>, else a <see cref="ProgramPlan"/>; null without a program.</summary>
    public OperatorPlan? Plan { get; init; }

    /// <summary>
    /// Where <see cref="Plan"/> is but the program itself: a plan that differs from it only in where +0.0 is added, so that all bits agree but the sign of a sum that is exactly zero; null where
    /// there is none.
    /// </summary>
    public OperatorPlan? PlanButForZeroSigns { get; init; }

    /// <summary>The plan's name in <see cref="PlanCatalog"/>, or null.</summary>
    public string? CatalogName { get; init; }

    /// <summary>GPUs whose matrix units take this step, for fused orders; empty otherwise.</summary>
    public ImmutableArray<string> MatrixUnits { get; init; } = [];

    /// <summary>Why there is no program; empty where there is one.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Terms whose product was neither rounded nor exact as far as the question could tell; 0 for a sum that is fully understood.</summary>
    public int UnclearTerms { get; init; }

    /// <summary>Whether subnormal results are zeros. Only <c>bf16pair</c> says so in a program; elsewhere a program keeps subnormals and the engine does not.</summary>
    public bool FlushesSubnormals { get; init; }
}
