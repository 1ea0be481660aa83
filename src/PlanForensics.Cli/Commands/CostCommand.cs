using System.CommandLine;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Regimes;
using PlanForensics.Regimes.Cost;
using PlanForensics.Rules.Feasibility;
using PlanForensics.Rules.KernelNames;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary><c>cost</c>: what steps cost, fitted from a store; or what one product costs a matrix unit and a workspace.</summary>
internal static class CostCommand
{
    public static Command Create(Session session, CommandEntry entry)
    {
        Option<string?> store = StoreOption.CreateOptional("the store: fits t = compute + comm + sync and sets it against every step");
        Option<double?> cache = new("--kv-bytes") { Description = "bytes of an element of the key/value cache; default 2", HelpName = "S" };
        Option<int?> layers = StateOptions.Count("--layers", "layers, for bytes of the cache; default 1");
        Option<string?> waiting = new("--gpu-time") { Description = "whether recorded device time includes or excludes waiting for other ranks; by default the records decide", HelpName = "WHICH" };
        Option<int> top = new("--top") { Description = "how many of the steps furthest from the model to list; default 10", HelpName = "N", DefaultValueFactory = _ => 10 };
        Option<bool> all = new("--all-steps") { Description = "list every step, in order" };
        CostProductOptions about = new();
        ToolCommand command = new(
            entry,
            "cost --store incident.db",
            "cost --store incident.db --layers 32 --all-steps --json",
            "cost --shape 8,4096,4096 --device sm_90 --operand bf16 --swapped --plan \"gemm split_k=4 out=bf16\"")
        {
            store, cache, layers, waiting, top, all,
        };
        about.AddTo(command);
        return command.Runs(parsed =>
        {
            if (parsed.GetValue(store) is not { } path)
                return Product(parsed, about, session);
            about.Refuse(parsed, "goes without --store");
            CostOptions options = new()
            {
                GpuTimeIncludesWaiting = parsed.GetValue(waiting) switch { null => null, "includes" => true, "excludes" => false, var other => throw new UsageException($"--gpu-time is includes or excludes; got \"{other}\"") },
                CacheBytesPerElement = parsed.GetValue(cache) is { } size ? size > 0 && double.IsFinite(size) ? size : throw new UsageException("--kv-bytes is above 0") : 2,
                Layers = parsed.GetValue(layers) ?? 1,
            };
            if (parsed.GetValue(top) < 0)
                throw new UsageException("--top is 0 or more");
            using ContractStore opened = StoreAccess.OpenToRead(path);
            CostModel model = CostModel.Fit(StepTimeline.Read(opened, session.Cancellation), options);
            if (parsed.WantsJson())
                session.WriteJson(CostDocument.Of(path, model, parsed.GetValue(top), parsed.GetValue(all)), ToolJson.Documents.CostDocument);
            else
                CostReport.Print(model, parsed.GetValue(top), parsed.GetValue(all), session.Report);
            return ExitCode.Same;
        });
    }

    private static ExitCode Product(ParseResult parsed, CostProductOptions about, Session session)
    {
        if (parsed.GetValue(about.Product) is not { } shape)
            throw new UsageException("expected --store DB, or --shape M,N,K");
        InstructionTile? tile = TileOf(parsed, about);
        bool swapped = parsed.GetValue(about.Swapped);
        WorkspaceNeed? need = parsed.GetValue(about.Plan) is { } text
            ? PlanText.ReadOperator(text) is GemmPlan plan ? WorkspaceNeed.OfGemm(plan, shape.M, shape.N, shape.K) : throw new UsageException("--plan is a matrix product's plan (gemm ...)")
            : null;
        if (tile is null && need is null)
            throw new UsageException("with --shape, say --instruction, --device and --operand, or --kernel for the fragments, or --plan for the workspace");
        ProductCostDocument document = ProductCostDocument.Of(shape.M, shape.N, shape.K, tile, swapped, need);
        if (parsed.WantsJson())
            session.WriteJson(new CostDocument { Product = document }, ToolJson.Documents.CostDocument);
        else
            CostReport.Print(document, session.Report);
        return ExitCode.Same;
    }

    private static InstructionTile? TileOf(ParseResult parsed, CostProductOptions about)
    {
        if (parsed.GetValue(about.Instruction) is { } given)
            return given;
        if (parsed.GetValue(about.Kernel) is { } kernel)
            return KernelNameParser.Parse(kernel).Instruction is { M: { } m, N: { } n, K: { } k }
                ? new InstructionTile(m, n, k)
                : throw new CannotRunException($"the kernel's name does not spell its instruction: {kernel}; say --instruction MxNxK");
        if (parsed.GetValue(about.Device) is not { } device)
            return null;
        Numerics.NumericFormat operand = parsed.GetValue(about.Operand) ?? throw new UsageException("--device needs --operand");
        StepState state = new() { StepIndex = 0, Phase = ExecutionPhase.Decode, Shape = new StepShape { QueryLength = 1, KeyLength = 1 }, Device = device };
        int capability = StepPlatform.Of(state).ComputeCapability ?? throw new CannotRunException($"the compute capability of \"{device}\" is not known; say sm_90, or --instruction MxNxK");
        return InstructionTile.Find(capability, operand)
            ?? throw new CannotRunException(FormattableString.Invariant($"sm_{capability} has no known instruction for {Numerics.NumericFormats.NameOf(operand)}"));
    }
}
