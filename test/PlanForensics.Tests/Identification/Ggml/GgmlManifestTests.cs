using FluentAssertions;
using PlanForensics.Identification;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Identification.Ggml;

/// <summary>All recorded results of llama.cpp's CPU backend, named from their bits.</summary>
public sealed class GgmlManifestTests
{
    [Fact]
    public void Every_recorded_result_is_reproduced_and_its_build_is_among_the_names()
    {
        RecordedManifest manifest = RecordedManifest.Open(SharedData.PathOf("ggml", "manifest.json"));
        var verdicts = new Dictionary<IdentificationVerdict, int>();
        long elements = 0;
        for (int index = 0; index < manifest.Names.Length; index++)
        {
            RecordedOperator recorded = manifest.Read(index);
            IdentificationResult result = OperatorIdentification.Default.Identify(Blind(recorded));
            result.Reproduced.Should().Be(result.Elements, recorded.Name);
            result.Verdict.Should().BeOneOf([IdentificationVerdict.Identified, IdentificationVerdict.Class], recorded.Name);
            if (Rule(recorded) is { } rule)
                result.Plans.SelectMany(plan => plan.Name.Split(", ")).Should().Contain(rule, recorded.Name);
            verdicts[result.Verdict] = verdicts.GetValueOrDefault(result.Verdict) + 1;
            elements += result.Elements;
        }

        manifest.Names.Length.Should().Be(299);
        elements.Should().Be(270_464);
        verdicts[IdentificationVerdict.Identified].Should().BeGreaterThan(285, "fp32 outputs show their order; a few rows of a flash attention do not show how its sum is rescaled");
    }

    [Theory]
    [InlineData("ggml_mul_mat_q8_0_k288_n96_m8_t1.bin")]
    [InlineData("ggml_mul_mat_q4_0_repack_k768_n64_m5_t1.bin")]
    [InlineData("ggml_mul_mat_f16_llamafile_k288_n96_m8_t1.bin")]
    [InlineData("ggml_flash_f16_1.bin")]
    [InlineData("ggml_flash_f32_4.bin")]
    public void One_changed_bit_is_seen(string file) // negative control
    {
        RecordedManifest manifest = RecordedManifest.Open(SharedData.PathOf("ggml", "manifest.json"));
        RecordedOperator recorded = manifest.Read(manifest.Names.IndexOf(file));
        string[] tensors = recorded.Operation == "matmul" ? ["a", "w"] : [.. new[] { "q", "k", "v", "mask" }.Where(name => recorded.Find(name) is not null)];
        IdentificationResult result = OperatorIdentification.Default.Identify(RecordedRows.Spoilt(recorded, tensors));
        result.Verdict.Should().Be(IdentificationVerdict.Unexplained);
        result.Reproduced.Should().Be(result.Elements - 1);
    }

    /// <summary>The record without its engine's name.</summary>
    private static RecordedOperator Blind(RecordedOperator recorded) => new(
        recorded.Name,
        recorded.Operation,
        new[] { "a", "w", "x", "mask", "q", "k", "v", "weight", "bias" }.Where(name => recorded.Find(name) is not null).Select(name => KeyValuePair.Create(name, recorded.Get(name))),
        recorded.Output,
        recorded.Attributes.With("engine", ""));

    /// <summary>The rule of the build that made a matrix product or a flash attention, from the engine's name.</summary>
    private static string? Rule(RecordedOperator recorded)
    {
        string[] parts = recorded.Engine.Split('.');
        string build = parts.Length > 3 ? parts[3] : "";
        return (parts[1], parts[2], build) switch
        {
            ("mul_mat", "q8_0" or "q4_0", "repack") => "ggml.repack.q4_0",
            ("mul_mat", "q8_0" or "q4_0", "llamafile") => $"ggml.llamafile.{parts[2]}",
            ("mul_mat", "q8_0" or "q4_0", _) => $"ggml.vec_dot.{parts[2]}",
            ("mul_mat", _, "llamafile") => $"ggml.llamafile.avx512.{parts[2]}",
            ("mul_mat", _, _) => $"ggml.vec_dot.{(build == "avx2" ? "avx2" : "avx512")}.{parts[2]}",
            ("flash_attn_ext", _, "old") => "ggml.flash_attn_ext.avx512.old",
            ("flash_attn_ext", _, _) => "ggml.flash_attn_ext.avx512",
            _ => null,
        };
    }
}
