// The postmortem, from a recorded incident to a verdict:   dotnet run samples/01-postmortem.cs
//
// A small server decodes the same prompts at batch size 1 and at batch size 4. Its dispatcher picks a split-K plan for few rows and a sequential one for more, as serving
// stacks do. Every step is recorded. Some completions then differ, and the recording alone says why. Results go to stdout, progress to stderr where that is a
// terminal.
#:project ../src/PlanForensics/PlanForensics.csproj
#:package Microsoft.ML.Tokenizers@2.0.1
#:property PublishAot=false

using Microsoft.ML.Tokenizers;
using PlanForensics.Attribution;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Rules;
using PlanForensics.Simulation;
using PlanForensics.Store;

const int SmallBatch = 1, LargeBatch = 4, MaximumTokens = 96;
string[] prompts =
[
    "In the beginning", "And the king said", "The LORD spake unto Moses", "Blessed are the", "And it came to pass", "Now the sons of", "Behold, I will", "Praise ye the LORD",
    "The wisdom of", "And Jesus answered", "Then the people", "My son, hear", "The word of the LORD came", "Go ye into the", "Woe unto the", "And David went",
];

string folder = Path.Combine(AppContext.GetData("EntryPointFileDirectoryPath") as string ?? "samples", "models", "kjv-1m");
using Stream vocabulary = File.OpenRead(Path.Combine(folder, "tokenizer.model"));
LlamaTokenizer tokenizer = LlamaTokenizer.Create(vocabulary);
DecoderModel decoder = DecoderModel.Load(folder);
var model = new ReplayModel(decoder);
var engine = new CpuReplayEngine(KernelSelection.Default);

// 1. Serve and record. The plans are the dispatcher's business: contracts do not say which one ran.
ExecutionPlan fewRows = PlanCatalog.Uniform(PlanCatalog.Gemms["split_k4"], NumericFormat.Bf16);
ExecutionPlan manyRows = PlanCatalog.Uniform(PlanCatalog.Gemms["sequential_fma"], NumericFormat.Bf16);
var dispatcher = new ShapeBucketDispatcher(new ShapeBucket(2, fewRows), new ShapeBucket(null, manyRows));
string database = Path.Combine(Path.GetTempPath(), $"planforensics-{Environment.ProcessId}.db");
var identity = new ModelIdentity { Name = "kjv-1m", WeightsSha256 = decoder.FileSha256 };
Serve(dispatcher, SmallBatch, "");
Serve(dispatcher, LargeBatch, "");

// 2. Find a request whose completion depends on the batch size.
using ContractStore store = ContractStore.Open(database, ContractStoreMode.ReadOnly);
TraceDiff[] diffs = [.. prompts.Select((_, index) => TraceDiff.Between(store.Get(Id(SmallBatch, index)), store.Get(Id(LargeBatch, index))))];
int diverging = diffs.Count(diff => diff.FirstFlip is not null);
int absorbed = diffs.Sum(diff => diff.AbsorbedCount);
Console.WriteLine($"{prompts.Length} prompts, up to {MaximumTokens} tokens each, at batch size {SmallBatch} and {LargeBatch}: {diverging} completions diverge; "
    + $"{absorbed} further steps have other logits and the same token.");
int chosen = Array.FindIndex(diffs, diff => diff.FirstFlip is not null);
if (chosen < 0)
    return 0;
TokenFlip flip = diffs[chosen].FirstFlip!;
ExecutionContract recordedA = store.Get(Id(SmallBatch, chosen));
ExecutionContract recordedB = store.Get(Id(LargeBatch, chosen));
int[] common = [.. recordedA.Request.EffectiveTokenIds!, .. recordedA.ChosenTokens.Take(flip.StepIndexA)];
Console.WriteLine();
Console.WriteLine($"Request {chosen}: \"{tokenizer.Decode(common)}\"");
Console.WriteLine($"  first diverging step   {flip.StepIndexA}");
Console.WriteLine($"  batch {SmallBatch} says           {Describe(flip.TokenA, flip.SideA)}");
Console.WriteLine($"  batch {LargeBatch} says           {Describe(flip.TokenB, flip.SideB)}");

// 3. Which plan made the bits, which operator flipped the token, which pin prevents it? Every plan of the catalogue competes.
PlanSchedule[] candidates = [.. PlanCatalog.Gemms
    .Where(entry => entry.Value.Step.Kind != StepKind.Dot) // no matrix unit in a CPU server
    .OrderBy(entry => entry.Key, StringComparer.Ordinal)
    .Select(entry => new PlanSchedule(entry.Key, manyRows.With(PlanCatalog.GemmRules(entry.Value with { Output = NumericFormat.Bf16 }, ExecutionPhase.Decode))))];
bool showsProgress = !Console.IsErrorRedirected;
if (showsProgress)
    Console.Error.WriteLine($"attributing both sides to {candidates.Length} candidate plans");
PostmortemResult result = Postmortem.Run(
    engine, model, recordedA, recordedB, candidates, new AttributionOptions { MaximumSteps = flip.StepIndexA + 1 },
    showsProgress ? new Progress<AttributionProgress>(now => Console.Error.Write($"\r{now.Stage}: {now.Done} of {now.Total}            ")) : null);
if (showsProgress)
    Console.Error.WriteLine();
Report($"batch {SmallBatch}", result.SideA!);
Report($"batch {LargeBatch}", result.SideB!);
Console.WriteLine();
Console.WriteLine($"Operator: {result.Bisection?.Explanation}");
Console.WriteLine($"Pin: {result.Pin?.Explanation}");
foreach (string caveat in result.Caveats)
    Console.WriteLine($"Caveat: {caveat}");

// 4. The same server with one plan for every shape.
var pinned = new ShapeBucketDispatcher(new ShapeBucket(null, manyRows));
Serve(pinned, SmallBatch, "-pinned");
Serve(pinned, LargeBatch, "-pinned");
int stillDiverging = prompts.Index().Count(entry => HasOtherBits(store.Get(Id(SmallBatch, entry.Index, "-pinned")), store.Get(Id(LargeBatch, entry.Index, "-pinned"))));
Console.WriteLine($"Served again with one plan for every shape: {stillDiverging} of {prompts.Length} completions have a step with other bits.");
store.Dispose();
File.Delete(database);
return stillDiverging == 0 && result.State == PostmortemState.Explained ? 0 : 1;

static bool HasOtherBits(ExecutionContract a, ExecutionContract b) => TraceDiff.Between(a, b).BitwiseEqualCount < Math.Max(a.Steps.Count, b.Steps.Count);

void Report(string what, AttributionVerdict verdict)
{
    Console.WriteLine();
    Console.WriteLine($"{what}: {verdict.State.ToString().ToLowerInvariant()}. {verdict.Explanation}");
    Console.WriteLine("  steps equal   max ulps   first other step   plan class");
    foreach (ClassComparison row in verdict.Classes.OrderByDescending(row => row.StepsEqual))
        Console.WriteLine($"  {row.StepsEqual,4} of {row.StepsCompared,-3}  {row.MaxUlps,9}   {row.FirstDifferentStep?.ToString() ?? "none",16}   {string.Join(", ", row.Class.Members)}");
    foreach (ClassSeparation separation in verdict.Separations)
        Console.WriteLine($"  classes {separation.ClassA} and {separation.ClassB}: {separation.Evidence}");
    if (verdict.Controls is { } controls)
        Console.WriteLine($"  controls: {string.Join(", ", new[] { controls.Repeat, controls.Probe, controls.Negative }.Select(control => $"{control.Kind.ToString().ToLowerInvariant()} {(control.Passed ? "passed" : "FAILED")}"))}");
}

string Describe(int? token, TokenFlipSide side) =>
    $"token {token} \"{tokenizer.Decode([common[^1], token!.Value], considerSpecialTokens: true)}\", margin {side.Margin!.Margin} ({side.Margin.Ulps} ulps of {NumericFormats.NameOf(side.Margin.Top1.Format)})";

string Id(int batchSize, int index, string suffix = "") => $"batch{batchSize}-{index:00}{suffix}";

void Serve(ShapeBucketDispatcher plans, int batchSize, string suffix)
{
    ServedRequest[] requests = [.. prompts.Select((prompt, index) => new ServedRequest(
        Id(batchSize, index, suffix), EffectiveRequest.FromTokenIds([.. tokenizer.EncodeToIds(prompt)], new DecodeConfiguration { Method = "greedy", Temperature = 0 })))];
    using Recorder recorder = Recorder.Start(database, new RecorderOptions { WhenFull = QueueFullPolicy.Block });
    IProgress<int>? progress = Console.IsErrorRedirected ? null : new Progress<int>(done => Console.Error.Write($"\rbatch size {batchSize}: {done} of {requests.Length} requests "));
    new StaticBatchServer(engine, model, plans).Serve(requests, batchSize, MaximumTokens, new Recording(recorder, identity), progress);
    if (progress is not null)
        Console.Error.WriteLine();
}

/// <summary>Hands what the server does to the recorder.</summary>
sealed class Recording(Recorder recorder, ModelIdentity model) : IServingObserver
{
    private readonly Dictionary<string, RequestRecording> _open = [];

    public void Began(ServedRequest request) => _open[request.RequestId] = recorder.Begin(request.RequestId, model, request.Request);

    public void Stepped(string requestId, StepState state, StepObservation observation) => _open[requestId].Step(state, observation);

    public void Completed(string requestId, string finishReason) => _open[requestId].Complete(finishReason);
}
