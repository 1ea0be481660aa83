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

    public static IReadOnlyList<PlanSchedule> Read(string text, NumericFormat? activations, NumericFormat? logits)
    {
        if (text is not (Catalogue or Phases))
            return CandidateFile.Read(text.TrimStart('@'), activations, logits);
        NumericFormat format = activations ?? throw new UsageException($"--candidates {text} needs the format between operators, for example --activations bf16");
        KeyValuePair<string, ExecutionPlan>[] plans =
        [
            .. PlanCatalog.Gemms.OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(entry => KeyValuePair.Create(entry.Key, PlanCatalog.Uniform(entry.Value, format, logits))),
        ];
        return text == Catalogue
            ? [.. plans.Select(plan => new PlanSchedule(plan.Key, plan.Value))]
            : [.. plans.SelectMany(prefill => plans.Select(decode => Pair(prefill.Key, prefill.Value, decode.Key, decode.Value)))];
    }

    private static PlanSchedule Pair(string prefillName, ExecutionPlan prefill, string decodeName, ExecutionPlan decode) => prefillName == decodeName
        ? new PlanSchedule(decodeName, decode)
        : new PlanSchedule(
            $"prefill {prefillName}, decode {decodeName}",
            decode.With(prefill.Rules.Where(rule => OperatorRoles.IsGemm(rule.Role)).Select(rule => rule with { Phase = ExecutionPhase.Prefill })));
}
