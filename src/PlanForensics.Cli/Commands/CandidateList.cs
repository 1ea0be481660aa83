using System.CommandLine;
using PlanForensics.Attribution;
using PlanForensics.Contracts;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Cli.Commands;

/// <summary>Reads which plans could have run.</summary>
internal static class CandidateList
{
    /// <summary>What the recorded environment names; where it names no process that is known, the catalogue.</summary>
    public const string Auto = "auto";

    /// <summary>The kernels of a PyTorch 1.13 process on a CPU.</summary>
    public const string PyTorch = "pytorch";

    /// <summary>Every named gemm plan, everywhere.</summary>
    public const string Catalogue = "catalogue";

    /// <summary>Every pair of named gemm plans, one for prefill and one for decode.</summary>
    public const string Phases = "phases";

    /// <summary>Opens the path of a library that is probed at the recorded shapes.</summary>
    public const string Probe = "probe:";

    /// <summary>The option that names them.</summary>
    public static Option<string> Option() => new Option<string>("--candidates")
    {
        Description = "auto (the default: pytorch or openblas where the recorded environment names it, else catalogue), pytorch (the kernels of PyTorch 1.13 on a CPU), an engine (openblas, onemkl, ...: what its rules "
            + "say for the recorded shapes), probe:LIBRARY (what a library on this machine runs at them), catalogue (each plan of \"plan list\" everywhere), phases (each pair of them, one for prefill, one for "
            + "decode), or a file; several are joined by commas",
        HelpName = "WHICH",
        DefaultValueFactory = _ => Auto,
    }.Offers(Auto, PyTorch, Catalogue, Phases, "openblas", "onemkl", Probe);

    /// <summary>Reads the candidates for recordings of one request; what they say about their process decides under <c>auto</c> and <c>pytorch</c>.</summary>
    /// <param name="text">The value of <c>--candidates</c>: one source, or several joined by commas; a file may have a comma in its name.</param>
    /// <param name="context">What candidates depend on.</param>
    /// <param name="session">Cancels a probe, and takes remarks.</param>
    public static CandidateSet ReadFor(string text, CandidateContext context, Session session)
    {
        string[] sources = File.Exists(text) ? [text] : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (sources.Length == 0)
            throw new UsageException("--candidates names no source; see --help");
        CandidateSet[] sets = [.. sources.Select(source => ReadOne(source, context, session))];
        return sets.Length == 1 ? sets[0] : new CandidateSet(
            [.. sets.SelectMany(set => set.Plans)],
            Array.Exists(sets, set => set.Allowed is null) ? null : [.. sets.SelectMany(set => set.Allowed!)],
            string.Join("; and ", sets.Select(set => set.Source)));
    }

    private static CandidateSet ReadOne(string text, CandidateContext context, Session session)
    {
        bool saysFormats = context.Activations is not null || context.Logits is not null;
        if (text == PyTorch && saysFormats)
            throw new UsageException("--candidates pytorch takes no --activations or --logits: PyTorch's formats follow from the weights");
        string? whyCatalogue = null;
        if (text is PyTorch || (text is Auto && !saysFormats))
        {
            RecordedCandidates found = RecordedCandidates.Of(context.Model, [.. context.Recorded]);
            if (found.AreKnown)
                return new CandidateSet(found.Schedules, found.Allowed, found.Explanation);
            if (text == PyTorch)
                throw new CannotRunException($"--candidates pytorch: {found.Explanation}");
            whyCatalogue = found.Explanation;
        }

        if ((text == Auto ? EngineCandidateList.Named(context) : EngineCandidateList.Find(text, context, session)) is { } engine)
            return engine;
        if (text is not (Auto or Catalogue or Phases) && !Path.Exists(text.TrimStart('@')))
            throw new CannotRunException($"--candidates {text}: there is no such file, and no engine of that name; engines are {string.Join(", ", EngineCandidateList.Engines)}");
        string source = text switch
        {
            Auto or Catalogue => $"the catalogue of generic plans{(whyCatalogue is null ? "" : $", since {whyCatalogue}")}",
            Phases => "pairs of generic plans, one for prefill and one for decode",
            _ => text.TrimStart('@'),
        };
        return new CandidateSet(Read(text == Auto ? Catalogue : text, context.Activations, context.Logits, context.RecordedFormat), null, source);
    }

    /// <param name="text">One source that is no engine: <c>catalogue</c>, <c>phases</c> or a file.</param>
    /// <param name="activations">Format between operators; null where it is not known: the catalogue is then tried in fp32 and in bf16.</param>
    /// <param name="logits">Format of the logits; null for that of the activations, or where those are not known for what the recording allows.</param>
    /// <param name="recorded">Format of the recorded logits, where it is known.</param>
    public static IReadOnlyList<PlanSchedule> Read(string text, NumericFormat? activations, NumericFormat? logits, NumericFormat? recorded)
    {
        if (text is not (Catalogue or Phases))
            return CandidateFile.Read(text.TrimStart('@'), activations, logits);
        if (activations is { } known)
        {
            KeyValuePair<string, ExecutionPlan>[] plans = [.. Plans(known, logits)];
            return text == Catalogue
                ? [.. plans.Select(plan => new PlanSchedule(plan.Key, plan.Value))]
                : [.. plans.SelectMany(prefill => plans.Select(decode => Pair(prefill.Key, prefill.Value, decode.Key, decode.Value)))];
        }

        if (text == Phases)
            throw new UsageException("--candidates phases needs the format between operators, for example --activations bf16");
        return
        [
            .. Formats(logits, recorded).SelectMany(pair => Plans(pair.Activations, pair.Logits)
                .Select(plan => new PlanSchedule($"{plan.Key}, {Describe(pair.Activations, pair.Logits)}", plan.Value))),
        ];
    }

    private static IEnumerable<KeyValuePair<string, ExecutionPlan>> Plans(NumericFormat activations, NumericFormat? logits) => PlanCatalog.Gemms
        .OrderBy(entry => entry.Key, StringComparer.Ordinal)
        .Select(entry => KeyValuePair.Create(entry.Key, PlanCatalog.Uniform(entry.Value, activations, logits)));

    // Logits recorded as fp32 may have been made as bf16 and widened; logits recorded as bf16 were made so.
    internal static IEnumerable<(NumericFormat Activations, NumericFormat Logits)> Formats(NumericFormat? logits, NumericFormat? recorded)
    {
        foreach (NumericFormat activations in new[] { NumericFormat.Fp32, NumericFormat.Bf16 })
        {
            NumericFormat own = logits ?? recorded ?? NumericFormat.Fp32;
            yield return (activations, own);
            if (logits is null && own == NumericFormat.Fp32 && activations != own)
                yield return (activations, activations);
        }
    }

    internal static string Describe(NumericFormat activations, NumericFormat logits) => activations == logits
        ? NumericFormats.NameOf(activations)
        : $"{NumericFormats.NameOf(activations)} with {NumericFormats.NameOf(logits)} logits";

    private static PlanSchedule Pair(string prefillName, ExecutionPlan prefill, string decodeName, ExecutionPlan decode) => prefillName == decodeName
        ? new PlanSchedule(decodeName, decode)
        : new PlanSchedule(
            $"prefill {prefillName}, decode {decodeName}",
            decode.With(prefill.Rules.Where(rule => OperatorRoles.IsGemm(rule.Role)).Select(rule => rule with { Phase = ExecutionPhase.Prefill })));
}
