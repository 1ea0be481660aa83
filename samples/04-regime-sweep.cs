// What load does to a model's answers:   dotnet run samples/04-regime-sweep.cs [MODEL]
//
// 1. An engine with continuous batching is simulated under Poisson arrivals, with memory that replication pins for a second: which batch ran when, in which regime.
// 2. Sampled steps of each regime are replayed on a real model: a step's shape and memory dispatch its plans, and its plans make the bits.
// 3. Pins are tried until no answer depends on the batch: each is verified by replay. 4. SGLang's protocol counts unique answers over batch sizes. Results go to stdout, progress to stderr.
#:project ../src/PlanForensics/PlanForensics.csproj
#:package Microsoft.ML.Tokenizers@2.0.1
#:property PublishAot=false

using Microsoft.ML.Tokenizers;
using PlanForensics.Contracts;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Regimes;
using PlanForensics.Replay;
using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Dispatch;
using PlanForensics.Simulation.Sweep;
using PlanForensics.Simulation.Traffic;

string samples = AppContext.GetData("EntryPointFileDirectoryPath") as string ?? "samples";
string folder = args.Length > 0 ? args[0] : Path.Combine(samples, "models", "kjv-1m");
ReplayModel model;
LlamaTokenizer tokenizer;
try
{
    model = new ReplayModel(DecoderModel.Load(folder));
    using Stream vocabulary = File.OpenRead(Path.Combine(folder, "tokenizer.model"));
    tokenizer = LlamaTokenizer.Create(vocabulary);
}
catch (Exception exception) when (exception is ModelFormatException or IOException)
{
    Console.Error.WriteLine(exception.Message);
    return 3;
}

SweepPrompt[] prompts = [.. new[] { "Behold, I will", "Then the people", "And it came to pass", "Now the sons of" }.Select(text => new SweepPrompt(text, tokenizer.EncodeToIds(text).ToValueList()))];
IProgress<SweepProgress>? progress = Console.IsErrorRedirected ? null : new Progress<SweepProgress>(now => Console.Error.Write($"\r{now.Stage}: {now.Done} of {now.Total}".PadRight(79)));

// 1. Which steps does an engine run under this traffic? One seed, one result, on every machine.
SimulationOptions engine = new() { Seed = 7, KeyValuePoolMb = 3000, Disturbances = [Disturbance.Parse("replication=2500@0.5-1.5")] };
SimulatedTimeline run = new();
SimulationSummary summary = EngineSimulation.Run(new PoissonTraffic { Count = 120, RatePerSecond = 40 }.Generate(engine.Seed), engine, run);
Console.WriteLine($"Simulated: {summary.Arrived} requests, {summary.Iterations} iterations, {summary.GeneratedTokens} tokens, {summary.Preemptions} preemptions in {summary.SimulatedSeconds:0.0} s");

// 2. What do the plans of each regime do to this model?
PathRunner runner = new(new CpuReplayEngine(KernelSelection.Default, new OperatorMemo(512L << 20)), model, maximumTokens: 48);
ServedModel shape = ServedModel.Of(model.Configuration, "kjv-1m");
RegimeSweepResult sweep = RegimeSweep.Run(runner, shape, prompts, StepTimeline.Read(run), engine, new SweepOptions { SamplesPerRegime = 4 }, progress);
Console.WriteLine();
Console.WriteLine("regime              iterations  plans  logits differ  tokens flip  answers changed");
foreach (RegimeDrift regime in sweep.Regimes)
{
    Console.WriteLine($"{RegimeNames.NameOf(regime.Regime),-18}  {regime.Iterations,10}  {regime.PlanCount,5}  {100 * regime.DriftRate,11:0.0} %  {100 * regime.FlipRate,9:0.00} %  "
        + $"{$"{regime.DifferentAnswers} of {regime.Answers}",15}");
}

Console.WriteLine($"Margins of requests alone: {sweep.MarginUlps.Count(margin => margin == 0)} ties in {sweep.MarginUlps.Count} steps, median {sweep.MarginUlps[sweep.MarginUlps.Count / 2]} ulps; "
    + $"the widest that flipped: {sweep.Regimes.Max(regime => regime.LargestFlippedMarginUlps)} ulps");

// 3. The cheapest pin, verified by replay.
Console.WriteLine();
foreach (PinTrial trial in sweep.Trials)
    Console.WriteLine($"{100 * trial.EstimatedCost,7:0.0} %  {trial.DifferentAnswers,2} of {trial.Answers} answers changed{(trial.BitsEqual ? ", bits equal" : "")}: {trial.Pin.Name}");
Console.WriteLine($"Pin: {sweep.Pin?.Pin.Name ?? "none holds"}");

// 4. SGLang's protocol: how many unique answers over batch sizes 1 to 50?
ProtocolResult protocol = BatchProtocol.Run(runner, new DispatchRules(shape, engine.Device), engine.Device, ProtocolMode.Single, prompts, trials: 50, engine.Seed, progress);
Console.WriteLine();
foreach ((ProtocolPrompt free, ProtocolPrompt pinned) in protocol.LoadDependent.Zip(protocol.Pinned))
{
    Console.WriteLine($"\"{free.Name}\": {free.UniqueCount} unique of {free.Samples} answers, {pinned.UniqueCount} when pinned");
    foreach (OutputGroup group in free.Groups.Where(_ => free.UniqueCount > 1))
        Console.WriteLine($"  {group.Samples,4} x at batch {group.BatchSizes[0]} to {group.BatchSizes[^1]}: {string.Join(" | ", group.Paths.Select(path => path[(path.IndexOf("decode", StringComparison.Ordinal))..]).Distinct())}");
}

Console.Error.WriteLine();
return sweep.Pin is not null && protocol.Pinned.All(prompt => prompt.UniqueCount == 1) ? 0 : 1;
