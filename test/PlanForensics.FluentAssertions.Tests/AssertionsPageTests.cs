using System.Text.RegularExpressions;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Probing;
using PlanForensics.Replay;
using Xunit;
using static PlanForensics.FluentAssertions.Tests.Setting;

namespace PlanForensics.FluentAssertions.Tests;

/// <summary>docs/assertions.md: its code is this file's code, and its texts are what that code prints.</summary>
public sealed partial class AssertionsPageTests
{
    private static readonly string Root = FindRoot();
    private static readonly string Page = File.ReadAllText(Path.Combine(Root, "docs", "assertions.md"));
    private readonly List<string> _shown = [];

    [Fact]
    public void The_texts_are_what_the_code_prints()
    {
        Bits();
        Policies();
        Traces();
        Models();
        Operators();
        Kernels();
        // Stores differ in bytes from version to version: their names' hashes are not compared.
        string[] texts = [.. Blocks("text").Select(text => StoreNames().Replace(text, "traces-HASH"))];
        _shown.Select(text => StoreNames().Replace(text, "traces-HASH")).Should().Equal(texts);
    }

    [Fact]
    public void The_code_is_this_files_code()
    {
        string own = File.ReadAllText(Path.Combine(Root, "test", "PlanForensics.FluentAssertions.Tests", $"{nameof(AssertionsPageTests)}.cs"));
        string[] lines = [.. Blocks("csharp").SelectMany(block => block.Split('\n')).Select(line => line.Trim()).Where(line => line.Length > 0)];
        lines.Should().HaveCountGreaterThan(20).And.OnlyContain(line => own.Contains(line, StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_names_every_assertion_and_option()
    {
        Type[] types = [typeof(CollectionBitsAssertions), typeof(TraceAssertions), typeof(ModelAssertions), typeof(BatchedOperatorAssertions), typeof(KernelAssertions)];
        types.SelectMany(type => type.GetMethods().Where(method => method.DeclaringType == type && !method.IsSpecialName).Select(method => method.Name))
            .Should().OnlyContain(name => Page.Contains($"`{name}(", StringComparison.Ordinal));
        typeof(PlanStabilityOptions).GetProperties().Select(property => property.Name).Should().OnlyContain(name => Page.Contains($"`{name}`", StringComparison.Ordinal));
        Enum.GetNames<NaNPolicy>().Should().OnlyContain(name => Page.Contains($"`NaNPolicy.{name}`", StringComparison.Ordinal));
        Page.Should().Contain($"`{AssertionEvidence.FolderVariable}=FOLDER`");
    }

    private void Bits()
    {
        float[] expected = [2f, 0f];
        float[] logits = [1.9999999f, -0f];
        logits.Should().BeWithinUlps(1, expected).And.HaveCount(2);
        Show(() => logits.Should().BeBitwiseEqualTo(expected, "batch {0} replays batch 1", 4));
    }

    private static void Policies()
    {
        0f.Should().BeWithinUlps(0, -0f); // one point of the line, two patterns
        (-0f).Should().BeWithinUlps(1, float.Epsilon); // their bits are 2^31 apart
        float.NegativeInfinity.Should().BeBitwiseEqualTo(float.NegativeInfinity); // a subtraction gives NaN
        ((Half)1f).Should().BeWithinUlps(1, BitConverter.UInt16BitsToHalf(0x3C01)); // one step of fp16, 8,192 of fp32
        new ushort[] { 0x3F80 }.AsBFloat16().Should().BeWithinUlps(1, new ushort[] { 0x3F81 }.AsBFloat16());
        TensorValue.FromRounded(NumericFormat.Bf16, [1f, 2f], 1, 2).Should().BeBitwiseEqualTo(TensorValue.FromRounded(NumericFormat.Bf16, [1f, 2f], 2));
    }

    private void Traces()
    {
        ExecutionContract batchOne = Trace("batch-1", Thin, "sequential_fma");
        ExecutionContract batchFour = Trace("batch-4", Thin, "split_k4_bf16_staging", batchSize: 4);
        Show(() => batchFour.Should().HaveNoTokenFlips(batchOne));
    }

    private void Models()
    {
        ReplayModel model = Model;
        int[][] prompts = [Thin];
        model.Should().BePlanStable([[3, 17, 5, 40]], across: PlanCatalog.Attentions).Which.Budgets.Should().ContainSingle();
        Show(() => model.Should().BePlanStable(prompts, across: PlanCatalog.Gemms, new PlanStabilityOptions { Steps = 5, Logits = NumericFormat.Fp32 }));
    }

    private void Operators()
    {
        BatchedOperator projection = BatchedOperator.Gemm("down_proj", columns: 8, depth: 32, (rows, a, w, c) =>
        {
            for (int output = 0; output < rows * 8; output++)
                c[output] = Dot(a.Slice(output / 8 * 32, 32), w.Slice(output % 8 * 32, 32), split: rows > 2);
        });
        projection.Should().BeBatchInvariant([2]);
        Show(() => projection.Should().BeBatchInvariant("answers must not depend on their neighbours"));
    }

    private void Kernels()
    {
        BlackBox kernel = BlackBox.Dot(16, (a, b) => Dot(a, b, split: true));
        kernel.Should().AccumulateLike("gemm step=muladd k_block=8 start=zero");
        Show(() => kernel.Should().AccumulateLike(PlanCatalog.Gemms["sequential_muladd"]));
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b, bool split)
    {
        int half = a.Length / 2;
        return split ? Loops.MultiplyAdd(a[..half], b[..half]) + Loops.MultiplyAdd(a[half..], b[half..]) : Loops.MultiplyAdd(a, b);
    }

    private void Show(Action assertion) => _shown.Add(Failure.Raw(assertion).Replace(AssertionEvidence.Folder!, "EVIDENCE", StringComparison.Ordinal));

    private static IEnumerable<string> Blocks(string language) => BlockPattern().Matches(Page).Where(match => match.Groups[1].Value == language).Select(match => match.Groups[2].Value.TrimEnd());

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "PlanForensics.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"no PlanForensics.sln above {AppContext.BaseDirectory}");
    }

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex BlockPattern();

    [GeneratedRegex("traces-[0-9a-f]{12}")]
    private static partial Regex StoreNames();
}
