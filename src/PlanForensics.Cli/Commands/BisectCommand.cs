using System.CommandLine;
using System.CommandLine.Parsing;
using PlanForensics.Attribution;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Cli.Tokenizers;
using PlanForensics.Contracts;
using PlanForensics.Replay;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary><c>bisect</c>: which operator's plan makes the difference between two runs.</summary>
internal static class BisectCommand
{
    private static readonly Option<string> PlanA = new("--plan-a") { Description = "side A's plan: " + ScheduleOptions.PlanDescription, HelpName = "PLAN", Required = true };

    private static readonly Option<string> PlanB = new("--plan-b") { Description = "side B's plan, likewise", HelpName = "PLAN", Required = true };

    private static readonly Option<BisectionTarget> Target = new Option<BisectionTarget>("--target")
    {
        Description = "what a substitution must change: token (default) or bits",
        HelpName = "TARGET",
        CustomParser = ParseTarget,
    }.Offers("token", "bits");

    private static readonly Option<int?> Step = new("--step")
    {
        Description = "index of the step on side A; default the first at which the sides differ in the target",
        HelpName = "INDEX",
    };

    public static Command Create(Session session, CommandEntry entry)
    {
        Argument<string> a = new("REQUEST_A") { Description = "side A's request; its tokens are given to every replay" };
        Argument<string> b = new("REQUEST_B") { Description = "side B's request" };
        Option<string> store = StoreOption.Create("the store");
        Option<string> model = ModelOption.Create();
        ScheduleOptions formats = new();
        Option<string> device = DeviceOption.Create();
        ToolCommand command = new(
            entry,
            "bisect request-1 request-2 --store incident.db --model model --plan-a recorded --plan-b recorded",
            "bisect request-1 request-1 --store incident.db --model model --plan-a @a.txt --plan-b @b.txt --json")
        {
            a, b, store, model, PlanA, PlanB,
        };
        formats.AddTo(command);
        command.Add(Target);
        command.Add(Step);
        command.Add(device);
        return command.Runs(parsed =>
        {
            (PlanSchedule planA, PlanSchedule planB) = formats.ReadBoth(parsed, parsed.GetRequiredValue(PlanA), parsed.GetRequiredValue(PlanB));
            BisectionOptions options = new() { Target = parsed.GetValue(Target), StepIndex = parsed.GetValue(Step) };
            using ContractStore opened = StoreAccess.OpenToRead(parsed.GetRequiredValue(store));
            ExecutionContract sideA = opened.Require(parsed.GetRequiredValue(a));
            ExecutionContract sideB = opened.Require(parsed.GetRequiredValue(b));
            (ReplayModel ready, ModelTokenizer tokenizer) = ModelOption.Load(parsed.GetRequiredValue(model), sideA, sideB);
            using EngineLease lease = Engines.On(parsed.GetRequiredValue(device), shares: true);
            BisectionResult result = session.TrackStages(
                "bisecting", progress => OperatorBisection.Run(lease.Engine, ready, sideA, planA, sideB, planB, options, progress, session.Cancellation));
            if (parsed.WantsJson())
                session.WriteJson(BisectionDocument.Of(result, tokenizer), ToolJson.Documents.BisectionDocument);
            else
                BisectionReport.Print(result, tokenizer, session.Report);
            return ExitOf(result.State);
        });
    }

    private static ExitCode ExitOf(BisectionState state) => state switch
    {
        BisectionState.Found => ExitCode.Different,
        BisectionState.NotReproduced => ExitCode.Same,
        _ => ExitCode.CannotRun,
    };

    private static BisectionTarget ParseTarget(ArgumentResult result)
    {
        string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        if (text is not ("token" or "bits"))
            result.AddError($"--target is token or bits; got \"{text}\"");
        return text == "bits" ? BisectionTarget.Bits : BisectionTarget.Token;
    }
}
