using System.CommandLine;

namespace PlanForensics.Cli.Commands;

/// <summary>All commands, in the order in which help lists them.</summary>
internal static class CommandList
{
    private static readonly CommandEntry[] Entries =
    [
        new("demo", "serves prompts at two batch sizes, finds a completion that depends on them, and says which plan, which operator and which pin", DemoCommand.Create),
        new("simulate", "runs an engine with continuous batching under a traffic trace, without a model, and records which batch ran when, in which memory, under which plans", SimulateCommand.Create),
        new("sweep", "replays a model under the plans that load would dispatch: drift and flips by regime, margins, the cheapest pin that keeps every answer; or the SGLang and LayerCast protocols", SweepCommand.Create),
        new("import", "writes recorded contracts and other tools' records into a store: all of them, or on failure none", ImportCommand.Create, "FILE"),
        new("export", "writes contracts as JSON lines, oldest first; --json changes nothing but the summary that goes with --out", ExportCommand.Create),
        new("list", "lists the requests of a store, oldest first", ListCommand.Create),
        new("show", "shows a recorded request: what the model saw, what it answered, and under which plans", ShowCommand.Create, "REQUEST"),
        new("diff", "compares two arrays element by element, or two recorded runs step by step, the effective requests first", DiffCommand.Create, "A", "B"),
        new("replay", "runs a recorded request again under a plan and compares every step with the recording", ReplayCommand.Create, "REQUEST"),
        new("attribute", "finds the class of candidate plans that made a request's recorded bits, with three controls", AttributeCommand.Create, "REQUEST"),
        new("bisect", "finds the operators whose plans make two runs differ, by substituting side B's plans into side A", BisectCommand.Create, "REQUEST_A", "REQUEST_B"),
        new("postmortem", "says why two recorded runs differ: the effective requests first, then each side's plan, the operator that made the difference, and a pin that removes it", PostmortemCommand.Create, "REQUEST_A", "REQUEST_B"),
        new("report", "writes one account of a request, of two recorded runs, or of a whole incident: a self-contained HTML page, Markdown or JSON", ReportCommand.Create, "REQUEST"),
        new("regimes", "the regime of every engine step, and every transition with the input that crossed its limit", RegimesCommand.Create),
        new("churn", "how plans change under load: by regime and window the algorithms, switches, shapes, fallbacks, times, conformance to the expected plan, and drift between replicas", ChurnCommand.Create),
        new("plan", "says what a plan does to numbers", PlanCommand.Create),
        new("causes", "what pushed the engine: chains of stragglers, back-pressure, memory evaporation, residency and isolation, each with its earliest proven cause and what is missing", CausesCommand.Create),
        new("cost", "what steps cost: t = compute + comm + sync, fitted from records with residuals, predicted against recorded; or one product's fragments and workspace", CostCommand.Create),
        new("feasible", "says which plans could have run in a state, which not and why; what was not recorded keeps a plan and is named", FeasibleCommand.Create),
        new("cublas", "says in which order the kernels that cuBLASLt's heuristic chose add up K; declines what was not measured", CublasCommand.Create),
        new("identify", "names the plan that made a real library's output, from inputs, weights and output bits", IdentifyCommand.Create),
        new("probe", "recovers the order in which a library multiplies fp32 matrices, and replays it on random data", ProbeCommand.Create, "LIBRARY"),
        new("tensorcore", "checks the arithmetic of matrix units", TensorCoreCommand.Create),
        new("kernel", "reads GPU kernel names: tile, instruction, stages, splits, formats; --json prints one object a line", KernelCommand.Create, "NAME"),
        new("upgrade", "brings a store of an older version up to date; what is recorded in it stays as it is", UpgradeCommand.Create),
        new("completion", "prints what a shell must be told to complete planforensics: commands, options and their values", CompletionCommand.Create, "bash|fish|powershell|zsh"),
    ];

    /// <summary>All commands.</summary>
    public static IEnumerable<Command> Create(Session session) => Entries.Select(entry => entry.Create(session, entry));

    /// <summary>All commands, whole where the arguments may mean them: where they contain the name, be it within what a shell asks to complete.</summary>
    public static IEnumerable<Command> Create(Session session, IReadOnlyList<string> arguments) => Entries.Select(entry =>
        arguments.Any(argument => argument.Contains(entry.Name, StringComparison.Ordinal)) ? entry.Create(session, entry) : entry.ToListed());
}
