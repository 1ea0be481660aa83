using PlanForensics.Attribution;
using PlanForensics.Contracts;
using PlanForensics.Engines;
using PlanForensics.Engines.OpenBlas;
using PlanForensics.Models;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Rules.PyTorch;

namespace PlanForensics.Cli.Commands;

/// <summary>Candidates out of the rules of an engine, or out of a library that is probed.</summary>
internal static class EngineCandidateList
{
    private const string OpenBlas = "openblas";

    /// <summary>The first words of the engines' names.</summary>
    public static IEnumerable<string> Engines => EngineCatalog.Gemms.Select(family => family.Name.Split('.')[0]).Distinct().Order(StringComparer.Ordinal);

    /// <summary>The candidates of a name such as <c>openblas</c>, or of <c>probe:LIBRARY</c>; null where the text is neither.</summary>
    public static CandidateSet? Find(string text, CandidateContext context, Session session)
    {
        IReadOnlyList<int> threads = [.. context.States.SelectMany(EngineCandidates.ThreadsOf).Distinct().DefaultIfEmpty(1)];
        if (text.StartsWith(CandidateList.Probe, StringComparison.Ordinal))
            return Probed(text[CandidateList.Probe.Length..], threads, context, session);
        IReadOnlyList<IGemmFamily> families = EngineCandidates.Families(text);
        return families.Count == 0 ? null : new CandidateSet(Of(families, threads, context), AllowedBy(context, families, threads), $"the rules of {text} at the recorded shapes{Environment(context)}");
    }

    /// <summary>OpenBLAS's candidates where every recorded step names it as the library that a process of its own multiplied with; else null.</summary>
    public static CandidateSet? Named(CandidateContext context)
    {
        StepState[] states = [.. context.States];
        if (states.Length == 0 || Array.Exists(states, state => state.LibraryVersions is not { } versions || versions.ContainsKey("torch")
            || !versions.TryGetValue("blas", out string? blas) || !blas.Contains("OpenBLAS", StringComparison.OrdinalIgnoreCase)))
            return null;
        IReadOnlyList<IGemmFamily> families = EngineCandidates.Families(OpenBlas);
        IReadOnlyList<int> threads = [.. states.SelectMany(EngineCandidates.ThreadsOf).Distinct()];
        return new CandidateSet(Of(families, threads, context), AllowedBy(context, families, threads), $"OpenBLAS, which the recording names, at the recorded shapes{Environment(context)}");
    }

    private static CandidateSet Probed(string path, IReadOnlyList<int> threads, CandidateContext context, Session session)
    {
        if (threads.Count > 1)
            session.Remark($"the record does not say how many threads the library had: {path} is probed with {threads[0]}");
        ProbedFamily probed = new(path, threads[0], session.Cancellation);
        if (Core(context) is { } core && probed.Core is { } own && !core.Equals(own, StringComparison.OrdinalIgnoreCase))
            session.Remark($"the recorded process ran OpenBLAS's kernels for {core}, this one runs those for {own}; to probe the recorded ones set OPENBLAS_CORETYPE={core} and run again");
        return new CandidateSet(Of([probed], [threads[0]], context), null, $"{probed.Name}, probed at the recorded shapes");
    }

    /// <summary>Names of the candidates with the recorded core; null where no core, or one without rules, is recorded.</summary>
    private static string[]? AllowedBy(CandidateContext context, IReadOnlyList<IGemmFamily> families, IReadOnlyList<int> threads) =>
        Core(context) is { } core && SgemmFamily.Find(core) is { } recorded && families.Contains(recorded) ? [.. Of([recorded], threads, context).Select(schedule => schedule.Name)] : null;

    private static string? Core(CandidateContext context) =>
        context.States.Select(state => PyTorchEnvironment.Of(state).Core).Distinct().ToArray() is [{ } only] ? only : null;

    private static string Environment(CandidateContext context) => Core(context) is { } core ? $" (core {core})" : "";

    private static PlanSchedule[] Of(IReadOnlyList<IGemmFamily> families, IReadOnlyList<int> threads, CandidateContext context)
    {
        var graph = new DecoderGraph(context.Model.Configuration);
        return
        [
            .. context.Formats.SelectMany(format => EngineCandidates.Of(
                families, graph, PlanCatalog.Uniform(new GemmPlan(), format.Activations, format.Logits), threads, format.Suffix)),
        ];
    }
}
