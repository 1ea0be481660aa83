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

    /// <summary>The option that names them.</summary>
    public static Option<string> Option() => new("--candidates")
    {
        Description = "auto (the default: pytorch where the recorded environment names it, else catalogue), pytorch (the kernels of PyTorch 1.13 on a CPU), catalogue (each plan of \"plan list\" everywhere), "
            + "phases (each pair of them, one for prefill, one for decode), or a file",
        HelpName = "WHICH",
        DefaultValueFactory = _ => Auto,
    };

    /// <summary>Reads the candidates for recordings of one request; what they say about their process decides under <c>auto</c> and <c>pytorch</c>.</summary>
    /// <param name="text">The value of <c>--candidates</c>.</param>
    /// <param name="activations">Format between operators, or null: it speaks for the catalogue.</param>
    /// <param name="logits">Format of the logits, or null.</param>
    /// <param name="model">The recorded model.</param>
    /// <param name="recorded">The recordings.</param>
    public static CandidateSet ReadFor(string text, NumericFormat? activations, NumericFormat? logits, DecoderModel model, params ReadOnlySpan<ExecutionContract> recorded)
    {
        NumericFormat? format = recorded[0].Steps.Select(step => step.Observation.LogitsFormatOrNull).FirstOrDefault(known => known is not null);
        bool saysFormats = activations is not null || logits is not null;
        if (text == PyTorch && saysFormats)
            throw new UsageException("--candidates pytorch takes no --activations or --logits: PyTorch's formats follow from the weights");
        if (text is PyTorch || (text is Auto && !saysFormats))
        {
            RecordedCandidates found = RecordedCandidates.Of(model, recorded);
            if (found.AreKnown)
                return new CandidateSet(found.Schedules, found.Allowed, found.Explanation);
            if (text == PyTorch)
                throw new CannotRunException($"--candidates pytorch: {found.Explanation}");
            return new CandidateSet(Read(Catalogue, null, null, format), null, $"the catalogue of generic plans, since {found.Explanation}");
        }

        string source = text switch
        {
            Auto or Catalogue => "the catalogue of generic plans",
            Phases => "pairs of generic plans, one for prefill and one for decode",
            _ => text.TrimStart('@'),
        };
        return new CandidateSet(Read(text == Auto ? Catalogue : text, activations, logits, format), null, source);
    }

    /// <param name="text">The value of <c>--candidates</c>.</param>
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
    private static IEnumerable<(NumericFormat Activations, NumericFormat Logits)> Formats(NumericFormat? logits, NumericFormat? recorded)
    {
        foreach (NumericFormat activations in new[] { NumericFormat.Fp32, NumericFormat.Bf16 })
        {
            NumericFormat own = logits ?? recorded ?? NumericFormat.Fp32;
            yield return (activations, own);
            if (logits is null && own == NumericFormat.Fp32 && activations != own)
                yield return (activations, activations);
        }
    }

    private static string Describe(NumericFormat activations, NumericFormat logits) => activations == logits
        ? NumericFormats.NameOf(activations)
        : $"{NumericFormats.NameOf(activations)} with {NumericFormats.NameOf(logits)} logits";

    private static PlanSchedule Pair(string prefillName, ExecutionPlan prefill, string decodeName, ExecutionPlan decode) => prefillName == decodeName
        ? new PlanSchedule(decodeName, decode)
        : new PlanSchedule(
            $"prefill {prefillName}, decode {decodeName}",
            decode.With(prefill.Rules.Where(rule => OperatorRoles.IsGemm(rule.Role)).Select(rule => rule with { Phase = ExecutionPhase.Prefill })));
}
