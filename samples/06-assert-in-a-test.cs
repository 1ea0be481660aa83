// Assertions on bits, as a unit test would make them:   dotnet run samples/06-assert-in-a-test.cs
//
// What a test of numerical code wants to hold, and what it reads when it does not: bits and ulps of logits, the order in which a kernel adds, a projection whose dispatcher looks at the batch size,
// and a model whose answer depends on the plan. Under xunit.v3, NUnit and MSTest the same lines stand in test methods. Results go to stdout.
#:project ../src/PlanForensics.FluentAssertions/PlanForensics.FluentAssertions.csproj
#:package Microsoft.ML.Tokenizers@2.0.1
#:property PublishAot=false

using FluentAssertions;
using Microsoft.ML.Tokenizers;
using PlanForensics.FluentAssertions;
using PlanForensics.Models;
using PlanForensics.Plans;
using PlanForensics.Probing;
using PlanForensics.Replay;

// Where failures leave what they compared, for the command lines in their texts.
AssertionEvidence.Folder = Path.Combine(Path.GetTempPath(), "planforensics-sample-06");
string folder = Path.Combine(AppContext.GetData("EntryPointFileDirectoryPath") as string ?? "samples", "models", "kjv-1m");

// 1. Bits and ulps. The same sum in two orders:
float[] terms = [1e8f, 1f, -1e8f, 1f];
float[] logits = [((terms[0] + terms[1]) + terms[2]) + terms[3], -0f];
float[] expected = [(terms[0] + terms[2]) + (terms[1] + terms[3]), 0f];
Show("bits", () => logits.Should().BeBitwiseEqualTo(expected, "the order of a sum is part of the contract"));
Show("ulps", () => logits.Should().BeWithinUlps(8388608, expected));
Show("zeros", () => (-0f).Should().BeWithinUlps(1, float.Epsilon, "they are neighbours, though their bits are 2^31 apart"));

// 2. The order in which a kernel adds, from its outputs alone.
BlackBox kernel = BlackBox.Dot(64, FourLanes);
Show("order", () => kernel.Should().AccumulateLike("gemm step=muladd lanes=4 start=zero"));
Show("another order", () => kernel.Should().AccumulateLike(PlanCatalog.Gemms["sequential_fma"]));

// 3. A projection whose dispatcher splits K where there are few rows.
BatchedOperator projection = BatchedOperator.Replay("down_proj", 128, 344, rows => rows <= 2 ? PlanCatalog.Gemms["split_k4"] : PlanCatalog.Gemms["sequential_fma"]);
Show("batch", () => projection.Should().BeBatchInvariant("a request's answer must not depend on its neighbours"));
Show("pinned", () => BatchedOperator.Replay("down_proj", 128, 344, _ => PlanCatalog.Gemms["sequential_fma"]).Should().BeBatchInvariant());

// 4. A model under every plan that may run.
using Stream vocabulary = File.OpenRead(Path.Combine(folder, "tokenizer.model"));
LlamaTokenizer tokenizer = LlamaTokenizer.Create(vocabulary);
int[][] prompts = [[.. tokenizer.EncodeToIds("In the beginning")], [.. tokenizer.EncodeToIds("My son, hear")]];
var model = new ReplayModel(DecoderModel.Load(folder));
Show("model", () => model.Should().BePlanStable(prompts, across: PlanCatalog.Gemms, new PlanStabilityOptions { Steps = 24 }));
ReplayTraces(model, prompts[1]);
return 0;

// Four accumulators, added by halves.
static float FourLanes(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
{
    Span<float> lanes = stackalloc float[4];
    for (int index = 0; index < a.Length; index++)
        lanes[index % 4] += a[index] * b[index];
    return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
}

void ReplayTraces(ReplayModel decoder, int[] prompt)
{
    var engine = new CpuReplayEngine(PlanForensics.Kernels.KernelSelection.Default);
    PlanSchedule Plan(string gemm) => new(gemm, PlanCatalog.Uniform(PlanCatalog.Gemms[gemm], decoder.Source.Format));
    var before = GreedyRecording.Run(engine, decoder, "before-the-update", prompt, Plan("sequential_fma"), 24);
    var after = GreedyRecording.Run(engine, decoder, "after-the-update", prompt, Plan("split_k4_bf16_staging"), 24);
    Show("trace", () => after.Should().HaveNoTokenFlips(before));
}

void Show(string what, Action assertion)
{
    string text = "holds";
    try
    {
        assertion();
    }
    catch (Exception failure) when (failure.GetType().Name == "AssertionFailedException")
    {
        text = failure.Message.Replace(AssertionEvidence.Folder!, "EVIDENCE", StringComparison.Ordinal).Replace(folder, "MODEL", StringComparison.Ordinal);
    }

    Console.WriteLine($"{what}: {text}\n");
}
