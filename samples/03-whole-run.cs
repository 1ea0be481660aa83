// A whole recorded run, replayed bit for bit:   dotnet run samples/03-whole-run.cs [INCIDENT MODEL]
//
// PyTorch 1.13 decoded the same prompt greedily at four batch sizes on a CPU. The recording holds token ids, the environment and the logits of every step; it does not say in which order a
// kernel added. From that alone the sample names the kernels of each run, the operator that flipped a token, and a pin. Results go to stdout, progress to stderr.
#:project ../src/PlanForensics/PlanForensics.csproj
#:package Microsoft.ML.Tokenizers@2.0.1
#:property PublishAot=false

using Microsoft.ML.Tokenizers;
using PlanForensics.Attribution;
using PlanForensics.Attribution.Incidents;
using PlanForensics.Diffing;
using PlanForensics.Incidents;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Replay;

string samples = AppContext.GetData("EntryPointFileDirectoryPath") as string ?? "samples";
string folder = args.Length > 0 ? args[0] : Path.Combine(samples, "incidents", "kjv-1m-bf16");
string modelFolder = args.Length > 1 ? args[1] : Path.Combine(samples, "models", "kjv-1m");
WholeIncident incident;
ReplayModel model;
try
{
    incident = WholeIncident.Load(folder);
    incident.CheckModel(modelFolder);
    model = IncidentAttribution.ModelOf(DecoderModel.Load(modelFolder), incident);
}
catch (Exception exception) when (exception is IncidentFormatException or ModelFormatException or IOException)
{
    Console.Error.WriteLine(exception.Message);
    return 3;
}

// 1. The symptom: one prompt, four answers.
LlamaTokenizer? tokenizer = Tokenizer(Path.Combine(modelFolder, "tokenizer.model"));
Console.WriteLine($"Prompt: {Text(incident.Prompts[0])}");
foreach (IncidentRun run in incident.Runs)
    Console.WriteLine($"  batch {run.Batch}: {Text([.. incident.Prompts[0], .. run.Tokens])}");
Console.WriteLine();

// 2. Which kernels made each run's bits? Every step is replayed from token ids under what the environment allows, and under all other families for their share.
var engine = new CpuReplayEngine(KernelSelection.Default, new OperatorMemo(256L << 20));
IncidentVerdict verdict = IncidentAttribution.Run(engine, model, incident, progress: Console.IsErrorRedirected
    ? null
    : new Progress<AttributionProgress>(now => Console.Error.Write($"\r{now.Stage}: {now.Done}{(now.Total > 0 ? $" of {now.Total}" : "")}          ")));
if (!Console.IsErrorRedirected)
    Console.Error.WriteLine();
Console.WriteLine($"Recorded environment: {verdict.Environment}");
foreach (IncidentRunVerdict run in verdict.Runs)
{
    Console.WriteLine($"batch {run.Batch}: {run.State.ToString().ToLowerInvariant()}: {run.Plan}");
    Console.WriteLine($"  {run.LogitsReproduced} of {run.LogitsTotal} logits and {run.TokensReproduced} of {run.TokensTotal} tokens reproduced from token ids; "
        + $"{run.Operators.Sum(tally => tally.ElementsReproduced)} of {run.Operators.Sum(tally => tally.Elements)} values of {run.Operators.Sum(tally => tally.Operators)} recorded operators");
    if (run.Others.FirstOrDefault(other => !other.ReproducesEverything) is { } nearest)
        Console.WriteLine($"  nearest class that fails: {nearest.Name}, {100 * nearest.Share:0.0} % of the logits of {nearest.StepsCompared} steps");
}

// 3. Which operator flipped the token, and what would have kept it?
if (verdict.Flip is not { Bisection: { } bisection } flip)
{
    Console.WriteLine(verdict.Flip is null ? "No token differs between the runs." : "A token differs, but a side of it is unexplained.");
    return verdict.Flip is null ? 0 : 1;
}

Console.WriteLine();
Console.WriteLine($"Flip at step {flip.Flip.StepIndexA}:");
Side(flip.BatchA, flip.Flip.TokenA, flip.Flip.SideA);
Side(flip.BatchB, flip.Flip.TokenB, flip.Flip.SideB);
Console.WriteLine($"Operator: {bisection.Explanation}");
foreach (FoundOperator item in bisection.Operators.Take(1))
{
    Console.WriteLine($"  batch {flip.BatchA}: {item.PlanA}");
    Console.WriteLine($"  batch {flip.BatchB}: {item.PlanB}");
}

Console.WriteLine($"Pin: {flip.Pin?.Explanation ?? "none was tried"}");
return bisection.State == BisectionState.Found && flip.Pin?.Pin is not null ? 0 : 1;

void Side(int batch, int? token, TokenFlipSide side) =>
    Console.WriteLine($"  batch {batch} says {token} {Text([token!.Value])}, ahead by {side.Margin!.Margin:R} ({side.Margin.Ulps} {(side.Margin.Ulps == 1 ? "ulp" : "ulps")})");

string Text(IReadOnlyList<int> ids) => tokenizer is null ? string.Join(' ', ids) : $"\"{tokenizer.Decode(ids, considerSpecialTokens: false)}\"";

static LlamaTokenizer? Tokenizer(string path)
{
    if (!File.Exists(path))
        return null;
    using Stream vocabulary = File.OpenRead(path);
    return LlamaTokenizer.Create(vocabulary);
}
