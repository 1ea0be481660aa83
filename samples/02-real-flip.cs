// A real token flip, named and replayed:   dotnet run samples/02-real-flip.cs [FOLDER]
//
// PyTorch 2.10 computed the logits of one hidden vector in fp32, alone and as a row of larger batches. Alone and in a batch of two it answers one token, in larger batches
// another. The recording holds the hidden vector, the head's two rows and the logits' bits; it does not say in which order the library added. FOLDER holds manifest.json with
// an entry "flip" (../shared/peers by default). Results go to stdout.
#:project ../src/PlanForensics/PlanForensics.csproj
#:property PublishAot=false

using System.Globalization;
using System.Runtime.InteropServices;
using PlanForensics.Engines;
using PlanForensics.Identification;
using PlanForensics.Kernels;
using PlanForensics.Plans;

const int VocabularySize = 32000;

string folder = args.Length > 0 ? args[0] : Path.Combine(AppContext.GetData("EntryPointFileDirectoryPath") as string ?? "samples", "..", "..", "shared", "peers");
string path = Path.Combine(folder, "manifest.json");
if (!File.Exists(path))
{
    Console.Error.WriteLine($"There is no recorded flip at {path}. Give the folder of a manifest with an entry \"flip\": dotnet run samples/02-real-flip.cs FOLDER");
    return 3;
}

RecordedFlip? flip = RecordedManifest.Open(path).ReadFlip();
if (flip is null)
{
    Console.Error.WriteLine($"{path} has no entry \"flip\".");
    return 3;
}

int depth = flip.Hidden.Shape[^1];
var weights = new WeightMatrix(flip.Tokens.Length, depth, flip.Weights.ToFp32());
float[] hidden = flip.Hidden.ToFp32();
Console.WriteLine($"Recorded: {flip.Description}");
Console.WriteLine();

// 1. For each run, every rule for fp32 products competes; a rule names the run when its plan gives the recorded bits of all logits.
var plans = new Dictionary<string, (List<string> Runs, float[] Logits, int Argmax)>();
int reproduced = 0;
foreach (RecordedFlipRun run in flip.Runs)
{
    var matches = new Dictionary<string, List<string>>();
    foreach (IGemmFamily family in EngineCatalog.Gemms)
        foreach (GemmKey key in Keys(run))
            if (family.PlanFor(key).Plan is { } plan && Logits(plan) is { } logits && Bits(logits).SequenceEqual(run.LogitBits))
                (matches.TryGetValue(plan.Text, out List<string>? families) ? families : matches[plan.Text] = []).Add(family.Name);
    string? text = matches.Keys.FirstOrDefault();
    Console.WriteLine($"{run.Name,-7} token {run.Argmax,5}  logits {string.Join(' ', run.LogitBits.Select(bits => $"0x{bits:X8}"))}  "
        + (text is null ? "no known plan" : string.Join(" or ", matches.Values.SelectMany(families => families).Distinct())));
    if (text is null)
        continue;
    reproduced += run.LogitBits.Length;
    if (!plans.TryGetValue(text, out var entry))
        plans[text] = entry = ([], Logits(OperatorPlan.Parse(text))!, run.Argmax);
    entry.Runs.Add(run.Name);
}

int recorded = flip.Runs.Sum(run => run.LogitBits.Length);
var sides = plans.GroupBy(plan => string.Join(' ', Bits(plan.Value.Logits))).ToArray();
Console.WriteLine();
Console.WriteLine($"{reproduced} of {recorded} recorded logits reproduced to the bit.");
foreach (var side in sides)
{
    float[] logits = side.First().Value.Logits;
    Console.WriteLine();
    Console.WriteLine($"Token {side.First().Value.Argmax}:");
    foreach ((string text, var plan) in side)
        Console.WriteLine($"  {string.Join(", ", plan.Runs)}: {text}");
    for (int token = 0; token < flip.Tokens.Length; token++)
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  logit of token {flip.Tokens[token],5}: {logits[token]:G9} (0x{Bits(logits)[token]:X8})"));
}

if (sides.Length != 2 || reproduced != recorded)
    return 1;

// 2. Why it flips.
var (one, other) = (sides[0].First().Value, sides[1].First().Value);
double[] exact = [.. Enumerable.Range(0, flip.Tokens.Length).Select(token => Exact(weights.Values.Span.Slice(token * depth, depth)))];
float ulp = MathF.BitIncrement(one.Logits[0]) - one.Logits[0];
Console.WriteLine();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"""
    Why the token flips. Every run adds the same {depth} products; only the order of the additions differs. Up to three rows PyTorch's
    library, oneMKL, runs its code for vectors: four lanes, each product rounded and then added, lanes added at the end (for a single row
    some terms come first, up to an aligned address: another order, the same bits here). From four rows on it runs its blocked kernel:
    fused multiply-adds over K in two halves of {depth / 2}. Exactly, the logits are {exact[0]:F8} and {exact[1]:F8}, {Math.Abs(exact[0] - exact[1]) / ulp:F1} ulps apart: less than
    {depth} roundings may move them. The first order leaves token {one.Argmax} ahead by {Math.Abs(Bits(one.Logits)[0] - (long)Bits(one.Logits)[1])} ulps; the second rounds both to one number, and of equal
    logits argmax takes the one with the lower index, token {other.Argmax}. Nothing was wrong and nothing was random: the batch size chose the
    plan, and the plan chose the token.
    """));
return 0;

// The head has 32,000 columns; what decides the order is M, K, threads and how the weights lie.
IEnumerable<GemmKey> Keys(RecordedFlipRun run) => new[] { 0, 4, 8, 12 }.Select(address => new GemmKey(run.Rows, VocabularySize, depth)
{
    Threads = run.Threads, WeightsTransposed = true, WeightAddressModulo16 = address,
});

float[]? Logits(OperatorPlan plan)
{
    // One plan for the whole output: the elements' own rows and columns do not matter.
    if (plan is PlanMap || plan.Lower(new OperatorShape(1, flip.Tokens.Length, depth)) is not GemmProgram program)
        return null;
    float[] logits = new float[flip.Tokens.Length];
    KernelSelection.Default.Gemm(program, hidden, weights, [], logits);
    return logits;
}

double Exact(ReadOnlySpan<float> row)
{
    // Products of floats are exact in double, and 288 of them lose less than 1e-13 when added.
    double sum = 0;
    for (int term = 0; term < row.Length; term++)
        sum += (double)row[term] * hidden[term];
    return sum;
}

static uint[] Bits(float[] logits) => MemoryMarshal.Cast<float, uint>(logits.AsSpan()).ToArray();
