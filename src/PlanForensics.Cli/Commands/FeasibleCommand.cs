using System.CommandLine;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Contracts;
using PlanForensics.Rules.Feasibility;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary><c>feasible</c>: which plans a state left, which not and why.</summary>
internal static class FeasibleCommand
{
    public static Command Create(Session session, CommandEntry entry)
    {
        Option<string?> state = new("--state") { Description = "a JSON file of a step's state, as it stands in a contract; - for standard input", HelpName = "FILE" };
        Option<string?> store = StoreOption.CreateOptional("a store, with --request and --step");
        Option<string?> request = new("--request") { Description = "the recorded request's id", HelpName = "ID" };
        Option<int?> step = new("--step") { Description = "the step's index; default 0", HelpName = "N" };
        Option<int?> rank = new("--rank") { Description = "the rank that recorded it; default 0", HelpName = "N" };
        StateOptions fields = new();
        FeasibleOptions about = new();
        ToolCommand command = new(
            entry,
            "feasible --shape 8,4096,4096 --operand bf16 --device \"NVIDIA H100\" --workspace 65536",
            "feasible --state state.json --role q_proj --operand bf16 --json",
            "feasible --store incident.db --request request-1 --step 3 --role down_proj")
        {
            state, store, request, step, rank,
        };
        about.AddTo(command);
        fields.AddTo(command);
        return command.Runs(parsed =>
        {
            StepState? basis = Basis(parsed.GetValue(state), parsed.GetValue(store), parsed.GetValue(request), parsed.GetValue(step), parsed.GetValue(rank), session);
            FeasibilityQuery query = about.Read(parsed, fields.Read(parsed, basis));
            PlanSpace space = new(query);
            PlanFeasibility[] plans = [.. space.JudgeAll()];
            if (parsed.WantsJson())
                session.WriteJson(PlanSpaceDocument.Of(query, space, plans), ToolJson.Documents.PlanSpaceDocument);
            else
                PlanSpaceReport.Print(query, space, plans, session.Report);
            return ExitCode.Same;
        });
    }

    private static StepState? Basis(string? file, string? store, string? request, int? step, int? rank, Session session)
    {
        if (file is not null && store is not null)
            throw new UsageException("--state and --store exclude each other");
        if (store is null)
        {
            if (request is not null || step is not null || rank is not null)
                throw new UsageException("--request, --step and --rank go with --store DB");
            return file is null ? null : ReadState(file, session);
        }

        using ContractStore opened = StoreAccess.OpenToRead(store);
        ExecutionContract contract = opened.Require(request ?? throw new UsageException("--store needs --request ID"), withTensors: false);
        return contract.Steps.FirstOrDefault(one => one.State.StepIndex == (step ?? 0) && one.State.Rank == (rank ?? 0))?.State
            ?? throw new CannotRunException(FormattableString.Invariant($"request {request} has no step {step ?? 0} of rank {rank ?? 0}; it has {contract.Steps.Count} steps{(contract.Steps.Count > 0 ? FormattableString.Invariant($", {contract.Steps[0].State.StepIndex} to {contract.Steps[^1].State.StepIndex}") : "")}"));
    }

    private static StepState ReadState(string path, Session session)
    {
        string json = path == "-" ? session.Input.ReadToEnd() : File.ReadAllText(InputFile.Existing(path, "file of a state"));
        try
        {
            return ContractJson.ParseState(json);
        }
        catch (ContractFormatException exception)
        {
            throw new CannotRunException($"{path}: {exception.Message}", exception);
        }
    }
}
