using System.Runtime.InteropServices;
using System.Text.Json;
using FluentAssertions;
using PlanForensics.Identification;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Identification;

public sealed class RecordedManifestTests : IDisposable
{
    private static readonly float[] A = [1, 2, 3, 4, 5, 6];
    private static readonly float[] W = [1, 0, 0, 1, 1, 1];
    private readonly string _folder = Directory.CreateTempSubdirectory("planforensics-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(new[] { 2, 3 }, new float[] { 1, 0, 0, 1, 1, 1 })] // N x K as it stands
    [InlineData(new[] { 3, 2 }, new float[] { 1, 0, 1, 0, 1, 1 })] // K x N: columns become rows
    public void The_declared_shape_says_which_way_round_the_weights_lie(int[] shape, float[] expected)
    {
        Write("a.bin", A);
        Write("w.bin", W);
        Write("c.bin", [0, 0, 0, 0]);
        RecordedOperator recorded = Open(Case(2, 2, 3), Input("w.bin", shape)).Read(0);
        recorded.Get("w").ToFp32().Should().Equal(expected);
        recorded.Get("w").Shape.ToArray().Should().Equal(2, 3);
        recorded.Get("a").Shape.ToArray().Should().Equal(2, 3);
        (recorded.Threads, recorded.Engine, recorded.Attributes.Integer("K")).Should().Be((2, "some.engine", 3));
    }

    // A = [1 2; 3 4], W = [5 6; 7 8]: A W^T = [17 23; 39 53], A W = [19 22; 43 50].
    [Theory]
    [InlineData("W is N x K row-major", new float[] { 0, 0, 0, 0 }, new float[] { 5, 6, 7, 8 })]
    [InlineData("W is K x N", new float[] { 0, 0, 0, 0 }, new float[] { 5, 7, 6, 8 })]
    [InlineData("", new float[] { 17, 23, 39, 53 }, new float[] { 5, 6, 7, 8 })]
    [InlineData("", new float[] { 19, 22, 43, 50 }, new float[] { 5, 7, 6, 8 })]
    public void Square_weights_need_a_declaration_or_an_output_that_tells(string layout, float[] output, float[] expected)
    {
        Write("a.bin", [1, 2, 3, 4]);
        Write("w.bin", [5, 6, 7, 8]);
        Write("c.bin", output);
        Open(Case(2, 2, 2), Input("w.bin", [2, 2]), layout).Read(0).Get("w").ToFp32().Should().Equal(expected);
    }

    [Fact]
    public void Square_weights_that_nothing_tells_are_an_error()
    {
        Write("a.bin", [1, 2, 3, 4]);
        Write("w.bin", [5, 6, 7, 8]);
        Write("c.bin", [1, 1, 1, 1]);
        Refused(Open(Case(2, 2, 2), Input("w.bin", [2, 2]))).WithMessage("c.bin: whether w.bin is N x K or K x N is not declared*\"layout\"*");
    }

    [Fact]
    public void Rows_are_taken_as_the_case_says()
    {
        Write("a.bin", [.. A, 7, 8, 9]);
        Write("w.bin", W);
        Write("c.bin", [0, 0, 0, 0]);
        Open(Case(2, 2, 3, a: "a.bin[1:3]"), Input("a.bin", [3, 3]), Input("w.bin", [2, 3])).Read(0).Get("a").ToFp32().Should().Equal(4, 5, 6, 7, 8, 9);
        Open(Case(2, 2, 3, a: "a.bin[:M]"), Input("a.bin", [3, 3]), Input("w.bin", [2, 3])).Read(0).Get("a").ToFp32().Should().Equal(A);
        Refused(Open(Case(2, 2, 3, a: "a.bin[:9]"), Input("a.bin", [3, 3]))).WithMessage("c.bin: rows 0..9 of a.bin are taken, which has 3");
        Refused(Open(Case(2, 2, 3, a: "a.bin[:Q]"), Input("a.bin", [3, 3]))).WithMessage("c.bin: *up to \"Q\"*");
    }

    [Fact]
    public void Raw_blocks_are_known_by_their_size()
    {
        Write("a.bin", new float[32]);
        File.WriteAllBytes(Path.Combine(_folder, "w.bin"), new byte[2 * 34]);
        Write("c.bin", [0, 0]);
        RecordedOperator recorded = Open(Case(1, 2, 32), Input("w.bin", [2, 34])).Read(0);
        (recorded.Attributes.Text("w_type"), recorded.Get("w").Format).Should().Be(("q8_0", NumericFormat.Int8));
    }

    [Fact]
    public void What_a_manifest_says_about_plans_is_not_read()
    {
        Write("a.bin", A);
        Write("w.bin", W);
        Write("c.bin", [0, 0, 0, 0]);
        OperatorAttributes attributes = Open(Case(2, 2, 3, extra: """, "plans": ["(0..2)"], "fma": [true], "path": "vec", "eps": 1e-5"""), Input("w.bin", [2, 3])).Read(0).Attributes;
        attributes.Number("eps").Should().Be(1e-5);
        foreach (string hint in (string[])["plans", "fma", "class_map", "path", "formula", "tail", "replay_exact"])
            (attributes.Text(hint), attributes.Flag(hint), attributes.Numbers(hint).Length).Should().Be((null, null, 0));
    }

    [Fact]
    public void A_missing_file_is_named_with_its_case()
    {
        Write("c.bin", [0, 0, 0, 0]);
        Refused(Open(Case(2, 2, 3))).WithMessage("c.bin: there is no file a.bin beside the manifest");
    }

    [Fact]
    public void A_truncated_file_is_named_with_its_case()
    {
        Write("a.bin", A);
        File.WriteAllBytes(Path.Combine(_folder, "w.bin"), new byte[23]);
        Write("c.bin", [0, 0, 0, 0]);
        Refused(Open(Case(2, 2, 3), Input("w.bin", [2, 3]))).WithMessage("c.bin: w.bin has 23 bytes; the shape 2 x 3 takes 24 (fp32)*");
        File.WriteAllBytes(Path.Combine(_folder, "c.bin"), new byte[15]);
        Refused(Open(Case(2, 2, 3))).WithMessage("c.bin: the output has 15 bytes; its shape takes 16 (fp32)");
    }

    [Theory]
    [InlineData("{", "this is no JSON")]
    [InlineData("{}", "holds \"vectors\"")]
    [InlineData("""{"vectors": [{"op": "matmul"}]}""", "case 0 of \"vectors\" has no \"file\"")]
    public void A_manifest_that_cannot_be_read_is_refused(string text, string message)
    {
        string path = Path.Combine(_folder, "manifest.json");
        File.WriteAllText(path, text);
        FluentActions.Invoking(() => RecordedManifest.Open(path)).Should().Throw<ManifestFormatException>().WithMessage($"*{message}*");
    }

    [Theory]
    [InlineData("""{"file": "c.bin", "shape": [2, 2]}""", "has no \"op\"")]
    [InlineData("""{"file": "c.bin", "op": "matmul"}""", "has no \"shape\"")]
    [InlineData("""{"file": "c.bin", "op": "matmul", "shape": [2, 2], "M": 2, "N": 2}""", "\"M\", \"N\" and \"K\"")]
    [InlineData("""{"file": "c.bin", "op": "matmul", "shape": [2, 2], "M": 2, "N": 3, "K": 1}""", "M x N is 6")]
    [InlineData("""{"file": "c.bin", "op": "softmax", "shape": [2, 2]}""", "neither \"X\" nor \"A\"")]
    public void A_case_without_what_its_operator_needs_is_refused(string item, string message)
    {
        Write("c.bin", [0, 0, 0, 0]);
        Refused(OpenText($$"""{"vectors": [{{item}}]}""")).WithMessage($"c.bin: *{message}*");
    }

    [Fact]
    public void A_flip_that_cannot_be_read_does_not_keep_the_cases_from_being_read()
    {
        RecordedManifest manifest = OpenText("""{"vectors": [], "flip": {"x": {"file": "gone.bin", "shape": [1, 2]}}}""");
        manifest.Names.Should().BeEmpty();
        FluentActions.Invoking(manifest.ReadFlip).Should().Throw<ManifestFormatException>().WithMessage("flip: a flip has \"x\"*");
        OpenText("""{"vectors": []}""").ReadFlip().Should().BeNull();
    }

    [Fact]
    public void An_input_that_the_manifest_does_not_declare_is_read_by_the_case_s_sizes()
    {
        Write("a.bin", [.. A, 7, 8, 9]);
        Write("w.bin", W);
        Write("c.bin", [4, 3, 10, 6]);
        RecordedOperator recorded = Open(Case(2, 2, 3, a: "a.bin[:M]"), "W is N x K").Read(0);
        recorded.Get("a").ToFp32().Should().Equal(A);
        recorded.Get("w").ToFp32().Should().Equal(W);
    }

    [Fact]
    public void The_recorded_flip_is_read()
    {
        RecordedFlip flip = RecordedManifest.Open(SharedData.PathOf("peers", "manifest.json")).ReadFlip()!;
        flip.Tokens.Should().Equal(21059, 2214);
        flip.Runs.Should().HaveCount(10);
        RecordedFlipRun first = flip.Runs[0];
        (first.Name, first.Rows, first.Threads, first.Argmax).Should().Be(("M1_t1", 1, 1, 21059));
        first.LogitBits.Should().Equal(0x408A53FAu, 0x408A53F7u);
        flip.Weights.Shape.ToArray().Should().Equal(2, 288);
    }

    private static FluentAssertions.Specialized.ExceptionAssertions<ManifestFormatException> Refused(RecordedManifest manifest) =>
        FluentActions.Invoking(() => manifest.Read(0)).Should().Throw<ManifestFormatException>();

    private static string Case(int m, int n, int k, string a = "a.bin", string extra = "") =>
        $$"""{"file": "c.bin", "op": "matmul", "engine": "some.engine", "threads": 2, "shape": [{{m}}, {{n}}], "M": {{m}}, "N": {{n}}, "K": {{k}}, "A": "{{a}}", "W": "w.bin"{{extra}}}""";

    private static string Input(string file, int[] shape) => JsonSerializer.Serialize(new { file, shape });

    private RecordedManifest Open(string item, params string[] inputsOrLayout)
    {
        string[] inputs = [.. inputsOrLayout.Where(text => text.StartsWith('{'))];
        string layout = inputsOrLayout.FirstOrDefault(text => !text.StartsWith('{')) ?? "";
        return OpenText($$"""{"layout": "{{layout}}", "inputs": [{{string.Join(',', inputs)}}], "vectors": [{{item}}]}""");
    }

    private RecordedManifest OpenText(string text)
    {
        string path = Path.Combine(_folder, "manifest.json");
        File.WriteAllText(path, text);
        return RecordedManifest.Open(path);
    }

    private void Write(string name, float[] values) => File.WriteAllBytes(Path.Combine(_folder, name), MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
}
