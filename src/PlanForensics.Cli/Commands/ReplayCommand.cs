using System.CommandLine;
using System.Globalization;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Cli.Tokenizers;
using PlanForensics.Contracts;
using PlanForensics.Gpu.Devices;
using PlanForensics.Replay;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary><c>replay</c>: a recorded request under a plan, compared with the recording step by step.</summary>
internal static class ReplayCommand
{
    public static Command Create(Session session, CommandEntry entry)
    {
        ReplayOptions options = new();
        ToolCommand command = new(
            entry,
            "replay request-1 --store incident.db --model model --plan recorded",
            "replay request-1 --store incident.db --model model --plan split_k4 --activations bf16",
            "replay request-1 --store incident.db --model model --plan @plan.txt --save request-1-split",
            "replay request-1 --store incident.db --model model --plan recorded --device cuda:0");
        options.AddTo(command);
        return command.Runs(parsed => Run(parsed, options, session));
    }

    private static ExitCode Run(ParseResult parsed, ReplayOptions options, Session session)
    {
        PlanSchedule schedule = options.Schedule.Read(parsed, parsed.GetRequiredValue(options.Plan));
        string? newId = parsed.GetValue(options.Save);
        using ContractStore store = newId is null
            ? StoreAccess.OpenToRead(parsed.GetRequiredValue(options.Store))
            : ContractStore.Open(InputFile.Existing(parsed.GetRequiredValue(options.Store), "contract store"), ContractStoreMode.ReadWrite);
        ExecutionContract recorded = store.Require(parsed.GetRequiredValue(options.Request));
        if (newId is not null && store.Find(newId, withTensors: false) is not null)
            throw new CannotRunException($"the contract store {store.Path} has a request \"{newId}\" already; --save takes a new id");
        (ReplayModel model, ModelTokenizer tokenizer) = ModelOption.Load(parsed.GetRequiredValue(options.Model), recorded);
        using EngineLease lease = Engines.On(parsed.GetRequiredValue(options.Device), shares: false);
        IReplayEngine engine = lease.Engine;
        int? limit = parsed.GetValue(options.Steps);
        bool greedy = parsed.GetValue(options.Greedy);
        ContractReplayOptions how = new()
        {
            TeacherForced = !greedy,
            MaximumSteps = limit,
            HiddenStateHashes = recorded.Steps.Any(step => step.Observation.HiddenStateHashes is not null),
        };
        ExecutionContract replayed = session.Track(
            "replaying",
            Math.Min(limit ?? int.MaxValue, recorded.Steps.Count),
            progress => ContractReplay.Run(engine, model, recorded, schedule, how, progress, session.Cancellation));
        ReplayAgreement agreement = ReplayAgreement.Of(recorded, replayed, greedy);
        if (newId is not null)
            store.Write(replayed with { RequestId = newId, RecordedAt = DateTimeOffset.UtcNow, CompletedAt = null });
        if (parsed.WantsJson())
            session.WriteJson(ReplayDocument.Of(recorded, schedule, lease, agreement, newId, tokenizer), ToolJson.Documents.ReplayDocument);
        else
            Print(recorded, schedule, lease, agreement, newId, tokenizer, session.Report);
        return RunDiff.ExitOf(agreement.Verdict);
    }

    private static void Print(
        ExecutionContract recorded, PlanSchedule schedule, EngineLease lease, ReplayAgreement agreement, string? newId, ModelTokenizer tokenizer, TextReport report)
    {
        report.Prose("A", $"{recorded.RequestId}, as recorded");
        report.Prose("B", $"replayed under {schedule.Name} by {lease.Engine.Name}{(newId is null ? "" : $", saved as {newId}")}");
        foreach (KernelUse use in lease.Device?.KernelUses ?? [])
            report.Prose("kernel", string.Create(CultureInfo.InvariantCulture, $"{use.Kernel}: {use.Products} {(use.Kernel.EndsWith("attention", StringComparison.Ordinal) ? "launches" : "products")}{(use.Reason.Length == 0 ? "" : $"; {use.Reason}")}"));
        TraceDiffText.PrintSteps(agreement.Steps, tokenizer, report);
        report.Prose("bits", string.Create(
            CultureInfo.InvariantCulture,
            $"{agreement.EqualCount} of {agreement.Steps.Count} steps bitwise equal, {agreement.DifferentCount} differ, {agreement.UndecidableCount} undecidable"));
        report.Value("tokens", agreement.FirstFlip is { } flip
            ? $"first other token at step {flip.StepIndexA}: recorded {TokenText.Of(flip.TokenA, tokenizer)}, replayed {TokenText.Of(flip.TokenB, tokenizer)}"
            : "no recorded token differs");
        report.Line(agreement.Verdict switch
        {
            Diffing.Equality.Equal => "same: the plan reproduces every recorded bit",
            Diffing.Equality.Different => "different: the plan does not make the recorded bits",
            _ => "undecidable: the recording holds no logits or hashes to compare with",
        });
    }
}
