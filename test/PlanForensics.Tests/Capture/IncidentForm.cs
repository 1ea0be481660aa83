using System.Text.Json;
using FluentAssertions;

namespace PlanForensics.Tests.Capture;

/// <summary>What every incident of the form "whole-incident/1" obeys, whatever engine recorded it.</summary>
internal static class IncidentForm
{
    private static readonly Dictionary<string, int> Bytes = new() { ["f32"] = 4, ["bf16"] = 2, ["i64"] = 8 };

    private static readonly HashSet<string> Kinds =
    [
        "input", "embedding", "to_f32", "to_bf16", "pow2", "mean", "add_scalar", "rsqrt", "mul", "linear", "heads", "rotate_half", "add", "copy", "cat", "repeat_kv", "matmul_qk",
        "mul_scalar", "softmax", "matmul_pv", "merge_heads", "silu", "last_token", "argmax",
    ];

    public static void Check(string folder, string because)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "manifest.json")));
        JsonElement manifest = document.RootElement;
        manifest.GetProperty("format").GetString().Should().Be("whole-incident/1", because);
        Dictionary<string, List<string>> sequences = manifest.GetProperty("sequences").EnumerateObject().ToDictionary(sequence => sequence.Name, sequence => Operations(sequence.Value));
        sequences.Keys.Should().Equal("prefill", "decode");
        int prompt = manifest.GetProperty("prompts")[0].GetArrayLength();
        foreach (JsonElement run in manifest.GetProperty("runs").EnumerateArray())
            CheckRun(folder, run, sequences, prompt);
        foreach (string table in new[] { "cos", "sin" })
            SizeOf(manifest.GetProperty("rope_tables").GetProperty(table)).Should().Be(Length(folder, manifest.GetProperty("rope_tables").GetProperty(table)), table);
    }

    /// <summary>Names of the results, each computed from earlier ones or weights.</summary>
    private static List<string> Operations(JsonElement sequence)
    {
        var known = new List<string>();
        foreach (JsonElement operation in sequence.EnumerateArray())
        {
            Kinds.Should().Contain(operation.GetProperty("kind").GetString()!);
            foreach (string input in operation.GetProperty("inputs").EnumerateArray().Select(input => input.GetString()!).Where(input => !input.StartsWith("W:", StringComparison.Ordinal)))
                known.Should().Contain(input);
            known.Add(operation.GetProperty("out").GetString()!);
        }

        known.Should().OnlyHaveUniqueItems();
        return known;
    }

    private static void CheckRun(string folder, JsonElement run, Dictionary<string, List<string>> sequences, int prompt)
    {
        int batch = run.GetProperty("batch").GetInt32();
        JsonElement logits = run.GetProperty("logits_row0");
        SizeOf(logits).Should().Be(Length(folder, logits));
        run.GetProperty("control_repeat_bit_equal").GetBoolean().Should().BeTrue();
        run.GetProperty("control_other_neighbours_row0_bit_equal").ValueKind.Should().Be(batch == 1 ? JsonValueKind.Null : JsonValueKind.True);
        int[] tokens = [.. run.GetProperty("tokens_row0").EnumerateArray().Select(token => token.GetInt32())];
        tokens.Should().HaveCount(logits.GetProperty("shape")[0].GetInt32());
        foreach (JsonElement step in run.GetProperty("steps").EnumerateArray())
        {
            int number = step.GetProperty("step").GetInt32();
            step.GetProperty("T").GetInt32().Should().Be(number == 0 ? prompt : 1);
            step.GetProperty("S").GetInt32().Should().Be(prompt + number);
            step.GetProperty("token_row0").GetInt32().Should().Be(tokens[number]);
            CheckTensors(folder, step, sequences[step.GetProperty("sequence").GetString()!]);
        }
    }

    private static void CheckTensors(string folder, JsonElement step, List<string> sequence)
    {
        step.GetProperty("tensors").EnumerateObject().Select(tensor => tensor.Name).Should().Equal(sequence);
        long end = 0;
        foreach (JsonProperty tensor in step.GetProperty("tensors").EnumerateObject())
        {
            long offset = tensor.Value.GetProperty("offset").GetInt64();
            (offset % 64).Should().Be(0);
            offset.Should().BeGreaterThanOrEqualTo(end);
            end = offset + SizeOf(tensor.Value);
        }

        Length(folder, step).Should().BeInRange(end, end + 63);
    }

    private static long SizeOf(JsonElement tensor) =>
        tensor.GetProperty("shape").EnumerateArray().Aggregate((long)Bytes[tensor.GetProperty("dtype").GetString()!], (size, length) => size * length.GetInt32());

    private static long Length(string folder, JsonElement described) => new FileInfo(Path.Combine(folder, described.GetProperty("file").GetString()!)).Length;
}
