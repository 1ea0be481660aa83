using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Cli.Commands;

/// <summary>Reads which plan each step is to run under.</summary>
internal static class ScheduleText
{
    /// <summary>The plan that was recorded with each step.</summary>
    public const string Recorded = "recorded";

    /// <summary>Whether a plan says its formats itself: <c>recorded</c>, or rules.</summary>
    public static bool SaysFormats(string text) => text == Recorded || Contents(text).Contains(" = ", StringComparison.Ordinal);

    public static PlanSchedule Read(string text, NumericFormat? activations, NumericFormat? logits)
    {
        bool hasFormats = activations is not null || logits is not null;
        if (text == Recorded)
            return hasFormats ? throw Superfluous(text) : new PlanSchedule(Recorded, PlanOf());
        string name = text;
        text = Contents(text);
        if (SaysFormats(text))
            return hasFormats ? throw Superfluous("a plan with rules") : new PlanSchedule(Shorten(name), Parse(name, text));
        if (PlanText.ReadOperator(text) is not GemmPlan gemm)
            throw new UsageException($"\"{text}\" is a plan of one operator, and no gemm; give rules, one a line, PHASE LAYER ROLE = PLAN");
        NumericFormat format = activations ?? throw new UsageException(
            $"\"{text}\" is one gemm plan for all; --activations says the format between operators, for example --activations bf16");
        return new PlanSchedule(Shorten(name), PlanCatalog.Uniform(gemm, format, logits));
    }

    private static string Contents(string text) => text.StartsWith('@') ? File.ReadAllText(InputFile.Existing(text[1..], "plan file")) : text;

    private static ExecutionPlan Parse(string name, string text)
    {
        try
        {
            return ExecutionPlan.Parse(text);
        }
        catch (PlanFormatException exception) when (name.StartsWith('@'))
        {
            throw new CannotRunException($"{name[1..]}: {exception.Message}", exception);
        }
    }

    private static Func<StepState, ExecutionPlan> PlanOf()
    {
        Dictionary<string, ExecutionPlan> read = [];
        return state =>
        {
            string text = state.Plan ?? throw new CannotRunException(
                $"step {state.StepIndex} was recorded without its plan; give the plan to replay under, or \"planforensics attribute\" to find it");
            if (!read.TryGetValue(text, out ExecutionPlan? plan))
                read[text] = plan = ExecutionPlan.Parse(text);
            return plan;
        };
    }

    private static UsageException Superfluous(string what) =>
        new($"--activations and --logits go with one gemm plan for all; {what} says its formats itself");

    private static string Shorten(string name)
    {
        string line = name.Split('\n')[0];
        return line.Length <= 60 ? line : line[..57] + "...";
    }
}
