using System.CommandLine;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Cli.Commands;

/// <summary>Reads which plans could have run.</summary>
internal static class CandidateList
{
    /// <summary>Every named gemm plan, everywhere.</summary>
    public const string Catalogue = "catalogue";

    /// <summary>Every pair of named gemm plans, one for prefill and one for decode.</summary>
    public const string Phases = "phases";

    /// <summary>The option that names them.</summary>
    public static Option<string> Option() => new("--candidates")
    {
        Description = "catalogue (each plan of \"plan list\" everywhere, the default), phases (each pair of them, one for prefill, one for decode), or a file",
        HelpName = "WHICH",
        DefaultValueFactory = _ => Catalogue,
    };

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
