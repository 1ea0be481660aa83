using PlanForensics.Contracts;
using PlanForensics.Engines;
using PlanForensics.Models;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Rules.PyTorch;

namespace PlanForensics.Attribution;

/// <summary>Candidates out of the rules of real engines: each library that could have computed a decoder's matrix products, with each count of threads, batched and row by row.</summary>
public static class EngineCandidates
{
    private static readonly int[] UsualThreads = [1, 2, 4, 8];

    /// <summary>Families whose name is a text, or begins with it and a dot.</summary>
    /// <param name="name">For example <c>openblas</c>, <c>openblas.haswell.sgemm</c> or <c>onemkl</c>.</param>
    /// <returns>The families of <see cref="EngineCatalog.Gemms"/>, in its order; empty when there is none.</returns>
    public static IReadOnlyList<IGemmFamily> Families(string name) =>
        [.. EngineCatalog.Gemms.Where(family => family.Name == name || family.Name.StartsWith(name + ".", StringComparison.Ordinal))];

    /// <summary>Threads that a recorded step leaves open.</summary>
    /// <param name="state">The step's state.</param>
    /// <returns>The count that it records (<c>blas_threads</c> of its library versions, or 1 by a variable); else 1, 2, 4 and 8.</returns>
    public static IReadOnlyList<int> ThreadsOf(StepState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return PyTorchEnvironment.Of(state).GemmThreads is { } known ? [known] : UsualThreads;
    }

    /// <summary>Lists the candidates.</summary>
    /// <param name="families">The libraries.</param>
    /// <param name="graph">The decoder.</param>
    /// <param name="around">The plan of everything else.</param>
    /// <param name="threads">Counts of threads.</param>
    /// <param name="suffix">Added to each name.</param>
    /// <returns>
    /// Batched candidates first, then those row by row. Of several libraries those are left out that have no plan for any product of the decoder, such as rules of matrix-vector products in a batch; a single one
    /// is always listed, and says by its refusal what it does not cover.
    /// </returns>
    public static IReadOnlyList<PlanSchedule> Of(IReadOnlyList<IGemmFamily> families, DecoderGraph graph, ExecutionPlan around, IReadOnlyList<int> threads, string suffix = "")
    {
        ArgumentNullException.ThrowIfNull(families);
        ArgumentNullException.ThrowIfNull(threads);
        return [.. Of(rowByRow: false), .. Of(rowByRow: true)];

        IEnumerable<PlanSchedule> Of(bool rowByRow) => from family in families
                                                       where families.Count == 1 || Runs(family, graph, rowByRow ? 1 : 2)
                                                       from count in threads
                                                       let schedule = new EngineSchedule(family, graph, around, count, rowByRow)
                                                       select schedule.ToSchedule(schedule.Name + suffix);
    }

    private static bool Runs(IGemmFamily family, DecoderGraph graph, int rows) => graph.Operators
        .Where(node => node.IsGemm).DistinctBy(node => node.Role)
        .Any(node => family.PlanFor(EngineSchedule.KeyOf(rows, node, 1)).Plan is not null);
}
