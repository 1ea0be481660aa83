using System.Runtime.InteropServices;
using System.Text.Json;
using FluentAssertions;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Tests.Models;
using Xunit;

namespace PlanForensics.Tests.Replay;

/// <summary>gpt-nano-sort against every activation that PyTorch recorded for three sequences of eleven tokens.</summary>
public sealed class RecordedActivationsTests
{
    private const double Tolerance = 2e-6;

    [Theory]
    [InlineData("reference")]
    [InlineData("default")]
    public void Gpt_nano_sort_matches_PyTorch_at_every_point(string kernels)
    {
        using JsonDocument recorded = JsonDocument.Parse(File.ReadAllText(SharedData.PathOf("models", "gpt-nano-sort", "gpt-nano-sort-t0-partials.json")));
        var model = new ReplayModel(GptNanoSort.Load());
        Dictionary<string, float[]> replayed = Run(model, Read(recorded, "idx"), kernels == "reference" ? KernelSelection.Get(kernels) : KernelSelection.Default);
        (string Recorded, string Replayed)[] points =
        [
            ("x", "position_add"), ("ln1", "l0.attention_norm"), ("y", "l0.attention"), ("yProj", "l0.o_proj"), ("attnResid", "l0.attention_residual"),
            ("ln2", "l0.mlp_norm"), ("fc", "l0.up_proj"), ("gelu", "l0.activation"), ("mlp", "l0.down_proj"), ("block0", "l0.mlp_residual"),
            ("block1", "l1.mlp_residual"), ("block2", "l2.mlp_residual"), ("ln_f", "final_norm"),
        ];
        foreach ((string name, string value) in points)
            Worst(Read(recorded, name), replayed[value]).Should().BeLessThanOrEqualTo(Tolerance, name);
        float[] qkv = Read(recorded, "qkv");
        float[] joined = [.. Enumerable.Range(0, 33).SelectMany(row => new[] { "l0.q_proj", "l0.k_proj", "l0.v_proj" }.SelectMany(name => replayed[name].Skip(row * 48).Take(48)))];
        Worst(qkv, joined).Should().BeLessThanOrEqualTo(Tolerance, "qkv");
        Worst(Read(recorded, "lm_head"), replayed["logits"]).Should().BeLessThanOrEqualTo(Tolerance, "lm_head");
        Worst(Read(recorded, "block1"), replayed["l0.mlp_residual"]).Should().BeGreaterThan(0.01, "the check tells blocks apart");
    }

    private static Dictionary<string, float[]> Run(ReplayModel model, float[] ids, IOperatorKernels kernels)
    {
        var engine = new CpuReplayEngine(kernels);
        ExecutionPlan plan = PlanCatalog.Uniform(new GemmPlan(), NumericFormat.Fp32);
        var values = new Dictionary<string, float[]>();
        SequenceTokens[] batch = [.. ids.Chunk(11).Select(row => new SequenceTokens(new ReplaySequence(model.Configuration), row.Select(id => (int)id).ToArray()))];
        engine.Run(model, new ReplayStep
        {
            Phase = ExecutionPhase.Prefill, Plan = plan, Batch = batch, Observer = output => values[output.ValueName] = output.Values.ToArray(),
        });

        // The head runs on each sequence's last row; here every row is a sequence of its own.
        var head = new Dictionary<string, float[]> { ["final_norm"] = values["final_norm"] };
        engine.RunOperators(model, [model.Graph.Find(OperatorRole.LmHead, -1)!], head, new ReplayStep
        {
            Phase = ExecutionPhase.Prefill, Plan = plan, Batch = [.. Enumerable.Range(0, 33).Select(_ => new SequenceTokens(new ReplaySequence(model.Configuration), new[] { 0 }))],
        });
        values["logits"] = head["logits"];
        return values;
    }

    private static float[] Read(JsonDocument document, string name) =>
        MemoryMarshal.Cast<byte, float>(document.RootElement.GetProperty(name).GetProperty("data").GetBytesFromBase64()).ToArray();

    private static double Worst(float[] expected, float[] actual)
    {
        actual.Should().HaveSameCount(expected);
        return expected.Zip(actual).Max(pair => Math.Abs((double)pair.First - pair.Second) / Math.Max(1, Math.Abs((double)pair.First)));
    }
}
