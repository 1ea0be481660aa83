using System.Runtime.InteropServices;
using FluentAssertions;
using PlanForensics.Kernels;
using PlanForensics.Kernels.Reference;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Kernels;

/// <summary>Row operators against outputs recorded from NumPy 1.24, PyTorch 2.10, ONNX Runtime 1.31 and ggml: every element, and not under another plan.</summary>
public sealed class RecordedRowTests
{
    [Theory]
    [InlineData("libtorch_softmax_d{0}.bin", "softmax math=sleef lanes=16 short=forward divide=reciprocal")]
    [InlineData("ort_softmax_d{0}.bin", "softmax math=mlas lanes=16 lane_merge=half_neighbours divide=reciprocal")]
    public void Softmax_of_peers(string file, string plan)
    {
        foreach (int width in (int[])[100, 288, 1000])
        {
            float[] x = Read("peers", $"S_d{width}.bin");
            float[] y = Read("peers", string.Format(null, file, width));
            Softmax(plan, width, 1, x, [], y).Should().Be(0, plan);
            Softmax(plan.Replace("lanes=16", "lanes=8"), width, 1, x, [], y).Should().BePositive("eight lanes are another order");
        }
    }

    [Theory]
    [InlineData("numpy_sum_d{0}.bin", "sum lanes=8 order=pairwise")]
    [InlineData("libtorch_sum_d{0}.bin", "sum lanes=8 order=cascade accumulators=4")]
    public void Sums_of_peers(string file, string plan)
    {
        foreach (int width in (int[])[100, 288, 1000])
        {
            float[] x = Read("peers", $"S_d{width}.bin");
            float[] y = Read("peers", string.Format(null, file, width));
            Sum(plan, width, x, y).Should().Be(0, plan);
            Sum("sum", width, x, y).Should().BePositive("one after the other is another order");
        }
    }

    [Theory]
    [InlineData("ggml_soft_max_d{0}.bin", "softmax math=ggml16 math_block=16 math_tail=glibc acc=fp64 lanes=16 order=blocks divide=reciprocal", false)]
    [InlineData("ggml_soft_max_ext_d{0}.bin", "softmax math=ggml16 math_block=16 math_tail=glibc acc=fp64 lanes=16 order=blocks divide=reciprocal", true)]
    [InlineData("ggml_soft_max_avx2_d{0}.bin", "softmax math=ggml8 math_block=8 math_tail=glibc acc=fp64 lanes=8 order=blocks divide=reciprocal", false)]
    public void Softmax_of_ggml(string file, string plan, bool isExtended)
    {
        foreach (int width in (int[])[100, 288])
        {
            float[] x = Read("ggml", $"X_d{width}.bin");
            float[] y = Read("ggml", string.Format(null, file, width));
            float[] mask = isExtended ? Read("ggml", $"mask_d{width}.bin") : [];
            Softmax(plan, width, isExtended ? 0.3f : 1, x, mask, y).Should().Be(0, plan);
            Softmax(plan.Replace("acc=fp64 ", ""), width, isExtended ? 0.3f : 1, x, mask, y).Should().BePositive("the sum is kept in a double");
        }
    }

    [Theory]
    [InlineData("ggml_silu_d{0}.bin", "activation math=ggml16 math_block=16 math_tail=glibc")]
    [InlineData("ggml_silu_avx2_d{0}.bin", "activation math=ggml8 math_block=8 math_tail=glibc")]
    [InlineData("ggml_gelu_d{0}.bin", "activation gelu=fp16_table")]
    public void Activations_of_ggml(string file, string text)
    {
        var plan = (ActivationPlan)OperatorPlan.Parse(text);
        foreach (int width in (int[])[100, 288])
        {
            float[] x = Read("ggml", $"X_d{width}.bin");
            float[] y = Read("ggml", string.Format(null, file, width));
            Activate(plan, width, x, y).Should().Be(0, text);
            ActivationPlan other = plan.Gelu == GeluForm.Fp16Table ? new ActivationPlan() : plan with { Math = MathPath.Glibc };
            Activate(other, width, x, y).Should().BePositive("another formula shows");
        }
    }

    [Theory]
    [InlineData("ggml_norm_d{0}.bin", "norm step=muladd<fp32> acc=fp64 lanes=16 order=blocks row_sum=own row_stored=fp32")]
    [InlineData("ggml_norm_avx2_d{0}.bin", "norm step=muladd<fp32> acc=fp64 lanes=8 order=blocks row_sum=own row_stored=fp32")]
    [InlineData("ggml_norm_old_d{0}.bin", "norm step=muladd<fp32> acc=fp64")]
    [InlineData("ggml_rms_norm_d{0}.bin", "norm step=muladd<fp32> acc=fp64")]
    public void Norms_of_ggml(string file, string plan)
    {
        foreach (int width in (int[])[100, 288])
        {
            float[] x = Read("ggml", $"X_d{width}.bin");
            float[] y = Read("ggml", string.Format(null, file, width));
            foreach (IOperatorKernels kernels in KernelSelection.Available)
                Norm(kernels, plan, file.Contains("rms", StringComparison.Ordinal), width, x, y).Should().Be(0, $"{plan} by {kernels.Name}");
            Norm(ReferenceKernels.Instance, "norm", file.Contains("rms", StringComparison.Ordinal), width, x, y).Should().BePositive("a float accumulator shows");
        }
    }

    [Fact]
    public void Sum_rows_of_ggml()
    {
        foreach (int width in (int[])[100, 288])
            Sum("sum acc=fp64 start=zero", width, Read("ggml", $"X_d{width}.bin"), Read("ggml", $"ggml_sum_rows_d{width}.bin")).Should().Be(0);
    }

    private static int Softmax(string plan, int width, float scale, float[] x, float[] mask, float[] expected)
    {
        float[] y = new float[x.Length];
        RowOperators.Softmax((SoftmaxProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(1, 1, width)), scale, x, mask, y);
        return Different(y, expected);
    }

    private static int Sum(string plan, int width, float[] x, float[] expected)
    {
        float[] y = new float[x.Length / width];
        RowOperators.Sum((SumProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(1, 1, width)), x, y);
        return Different(y, expected);
    }

    private static int Activate(ActivationPlan plan, int width, float[] x, float[] expected)
    {
        float[] y = new float[x.Length];
        if (expected.Length > 0 && plan.Gelu == GeluForm.Fp16Table)
            ReferenceKernels.Instance.GeluTanh(plan, x, y);
        else
            RowOperators.Silu(plan, width, x, y);
        return Different(y, expected);
    }

    private static int Norm(IOperatorKernels kernels, string plan, bool isRms, int width, float[] x, float[] expected)
    {
        float[] y = new float[x.Length];
        float[] ones = [.. Enumerable.Repeat(1f, width)];
        var program = (NormProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(1, 1, width));
        if (isRms)
            kernels.RmsNorm(program, 1e-5f, x, ones, y);
        else
            kernels.LayerNorm(program, 1e-5f, x, ones, new float[width], y);
        return Different(y, expected);
    }

    private static int Different(float[] actual, float[] expected)
    {
        actual.Should().HaveSameCount(expected);
        return Enumerable.Range(0, actual.Length).Count(index => BitConverter.SingleToInt32Bits(actual[index]) != BitConverter.SingleToInt32Bits(expected[index]));
    }

    private static float[] Read(string folder, string file) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(SharedData.PathOf(folder, file))).ToArray();
}
