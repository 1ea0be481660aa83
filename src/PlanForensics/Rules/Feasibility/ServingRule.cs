using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Rules.Serving;

namespace PlanForensics.Rules.Feasibility;

/// <summary>One dispatcher predicate, asked with what a state tells.</summary>
/// <param name="Name">Its name, for example <c>rms_norm_block_size</c>.</param>
/// <param name="Operator">The kind of operator.</param>
/// <param name="Stacks">The stacks whose source it was read from.</param>
/// <param name="Variants">Names of all kernels that it can choose, with their plans where those are known.</param>
/// <param name="Ask">The choices that remain, one for each value of what is open; empty where nothing can be said.</param>
internal sealed record ServingRule(
    string Name, string Operator, string[] Stacks, (string Kernel, Func<FeasibilityQuery, OperatorPlan>? PlanFor)[] Variants, Func<FeasibilityQuery, ServingRule.Answer> Ask)
{
    private static readonly string[] OnTorch = ["torch", "vllm", "sglang", "tensorrt_llm"];

    /// <summary>What the predicate says.</summary>
    /// <param name="Possible">The kernels that remain.</param>
    /// <param name="Missing">What was not recorded; where it is empty one kernel remains.</param>
    public sealed record Answer(KernelChoice[] Possible, params string[] Missing)
    {
        public static Answer Nothing(params string[] missing) => new([], missing);

        public static Answer Of(KernelChoice choice) => new([choice]);

        public static Answer Either(string missing, params KernelChoice[] choices)
        {
            KernelChoice[] distinct = [.. choices.DistinctBy(choice => choice.Kernel)];
            return distinct.Length == 1 ? new Answer(distinct) : new Answer(distinct, missing);
        }
    }

    /// <summary>Every kernel of the rule, with its verdict.</summary>
    public IEnumerable<PlanFeasibility> Judge(FeasibilityQuery query, StepPlatform platform)
    {
        Answer answer = Ask(query);
        IEnumerable<(string Kernel, OperatorPlan? Plan)> all = answer.Possible.Select(choice => (choice.Kernel, choice.Plan)).Concat(Variants.Select(variant => (variant.Kernel, variant.PlanFor?.Invoke(query)))).DistinctBy(variant => variant.Kernel);
        foreach ((string kernel, OperatorPlan? plan) in all)
            yield return new PlanFeasibility($"{Name}: {kernel}", "serving", Operator, plan, [.. Checks(kernel, answer, platform).Distinct()]);
    }

    private IEnumerable<FeasibilityCheck> Checks(string kernel, Answer answer, StepPlatform platform)
    {
        FeasibilityCheck rule = Rule(kernel, answer);
        if (platform.Stack is not { } stack)
        {
            yield return FeasibilityCheck.Open("library", $"if this is {string.Join(" or ", Stacks)}: {rule.Detail}", ["library_versions", .. rule.Missing]);
            yield break;
        }

        if (Stacks.Contains(stack))
            yield return rule;
        else if (Stacks.Any(OnTorch.Contains) && OnTorch.Contains(stack))
            yield return FeasibilityCheck.Open("library", $"read from {string.Join(" and ", Stacks)}; whether {stack} chooses so is not known: {rule.Detail}");
        else
            yield return FeasibilityCheck.Fails("library", $"a kernel of {string.Join(" or ", Stacks)}; the stack is {stack}");
    }

    private static FeasibilityCheck Rule(string kernel, Answer answer)
    {
        KernelChoice? own = Array.Find(answer.Possible, choice => choice.Kernel == kernel);
        if (answer.Possible.Length == 0)
            return FeasibilityCheck.Open("rule", $"decided by {string.Join(", ", answer.Missing)}, not recorded", answer.Missing);
        if (own is null)
            return FeasibilityCheck.Fails("rule", $"the rule takes {string.Join(" or ", answer.Possible.Select(choice => $"{choice.Kernel} ({choice.Reason})"))}");
        return answer.Missing.Length == 0
            ? FeasibilityCheck.Holds("rule", own.Reason)
            : FeasibilityCheck.Open("rule", $"{own.Reason}, or {string.Join(", ", answer.Possible.Where(choice => choice != own).Select(choice => choice.Kernel))}: {string.Join(", ", answer.Missing)} not recorded", answer.Missing);
    }
}
