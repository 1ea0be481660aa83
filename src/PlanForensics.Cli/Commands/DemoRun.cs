using System.Globalization;
using PlanForensics.Attribution;
using PlanForensics.Cli.Output;
using PlanForensics.Cli.Tokenizers;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Rules;
using PlanForensics.Simulation;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary>The demo's way through the library: serve, record, diff, explain, and serve again under one plan.</summary>
internal sealed class DemoRun(ReplayModel model, ModelTokenizer tokenizer, string[] prompts, int largeBatch, int maximumTokens, Session session)
{
    private static readonly ExecutionPlan FewRows = PlanCatalog.Uniform(PlanCatalog.Gemms["split_k4"], NumericFormat.Bf16);

    private static readonly ExecutionPlan ManyRows = PlanCatalog.Uniform(PlanCatalog.Gemms["sequential_fma"], NumericFormat.Bf16);

    private readonly CpuReplayEngine _engine = Engines.Plain();

    public DemoOutcome Execute(string? path)
    {
        if (path is not null && File.Exists(path))
            throw new CannotRunException($"the file {path} exists; --store takes a new store, so that nothing recorded is mixed with the demo");
        if (!tokenizer.CanEncode)
            throw new CannotRunException($"the model's tokeniser does not encode ({tokenizer.Describe}); give another --model");
        if (path is not null)
            return ExecuteIn(path) with { Store = path };
        DirectoryInfo folder = Directory.CreateTempSubdirectory("planforensics-demo-");
        try
        {
            return ExecuteIn(Path.Combine(folder.FullName, "demo.db"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private DemoOutcome ExecuteIn(string path)
    {
        ShapeBucketDispatcher byShape = new(new ShapeBucket(2, FewRows), new ShapeBucket(null, ManyRows));
        ShapeBucketDispatcher pinned = new(new ShapeBucket(null, ManyRows));
        Serve(path, byShape, 1, "");
        Serve(path, byShape, largeBatch, "");
        Serve(path, pinned, 1, "-pinned");
        Serve(path, pinned, largeBatch, "-pinned");
        using ContractStore store = ContractStore.Open(path, ContractStoreMode.ReadOnly);
        TraceDiff[] diffs = [.. prompts.Index().Select(entry => Between(store, entry.Index, ""))];
        TraceDiff[] underOnePlan = [.. prompts.Index().Select(entry => Between(store, entry.Index, "-pinned"))];
        DemoOutcome outcome = new()
        {
            Prompts = prompts,
            LargeBatch = largeBatch,
            MaximumTokens = maximumTokens,
            Store = null,
            DivergingCount = diffs.Count(diff => diff.FirstFlip is not null),
            AbsorbedCount = diffs.Sum(diff => diff.AbsorbedCount),
            PinnedDifferentCount = underOnePlan.Count(diff => diff.BitwiseEqualCount < diff.Steps.Count || diff.BeyondEndOfA + diff.BeyondEndOfB > 0),
            RequestA = null,
            RequestB = null,
            ContextText = null,
            Postmortem = null,
        };
        int chosen = Array.FindIndex(diffs, diff => diff.FirstFlip is not null);
        return chosen < 0 ? outcome : Explain(store, outcome, chosen, diffs[chosen].FirstFlip!);
    }

    private DemoOutcome Explain(ContractStore store, DemoOutcome outcome, int chosen, TokenFlip flip)
    {
        ExecutionContract a = store.Get(Id(1, chosen, ""));
        ExecutionContract b = store.Get(Id(largeBatch, chosen, ""));
        AttributionOptions options = new() { MaximumSteps = flip.StepIndexA + 1 };
        return outcome with
        {
            RequestA = a.RequestId,
            RequestB = b.RequestId,
            ContextText = tokenizer.Decode([.. a.Request.EffectiveTokenIds!, .. a.ChosenTokens.Take(flip.StepIndexA)]),
            Postmortem = session.TrackStages("explaining", progress => Postmortem.Run(Engines.WithMemo(), model, a, b, Candidates(), options, progress, session.Cancellation)),
        };
    }

    // Each prompt is prefilled on its own under the plan for many rows; what the server ran for decode steps is what is asked.
    private static PlanSchedule[] Candidates() =>
    [
        .. PlanCatalog.Gemms.Where(entry => entry.Value.Step.Kind != StepKind.Dot).OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => new PlanSchedule(
            entry.Key, ManyRows.With(PlanCatalog.GemmRules(entry.Value with { Output = NumericFormat.Bf16 }, ExecutionPhase.Decode)))),
    ];

    private TraceDiff Between(ContractStore store, int prompt, string suffix) =>
        TraceDiff.Between(store.Get(Id(1, prompt, suffix)), store.Get(Id(largeBatch, prompt, suffix)));

    private static string Id(int batch, int prompt, string suffix) => string.Create(CultureInfo.InvariantCulture, $"batch{batch}-{prompt:00}{suffix}");

    private void Serve(string path, ShapeBucketDispatcher dispatcher, int batch, string suffix)
    {
        ServedRequest[] requests =
        [
            .. prompts.Index().Select(entry => new ServedRequest(
                Id(batch, entry.Index, suffix),
                EffectiveRequest.FromTokenIds([.. tokenizer.Encode(entry.Item)!], new DecodeConfiguration { Method = "greedy", Temperature = 0, MaxTokens = maximumTokens }))),
        ];
        using Recorder recorder = Recorder.Start(path, new RecorderOptions { WhenFull = QueueFullPolicy.Block });
        StoreObserver observer = new(recorder, new ModelIdentity { Name = "demo", WeightsSha256 = model.Source.FileSha256 });
        session.Track($"serving, batch size {batch}{suffix}", requests.Length, progress =>
        {
            new StaticBatchServer(_engine, model, dispatcher).Serve(requests, batch, maximumTokens, observer, progress, session.Cancellation);
            return true;
        });
    }
}
