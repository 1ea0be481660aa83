using System.Globalization;
using FluentAssertions;
using PlanForensics.Kernels;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Kernels;

public sealed class ElementwiseValuesTests
{
    // Zeros, a subnormal, both branches of each function, both clamps, infinities and a NaN.
    private const string Arguments = "00000000 80000000 000116C2 3DCCCCCD BF333333 3F666666 3F733333 BFC00000 40200000 C0800000 40C00000 C1180000 41880000 C1980000 41F00000 7F800000 FF800000 7FC00000";

    [Theory] // read off ONNX Runtime 1.31.1, AVX-512; its FFC00000 for -inf * 0 is the canonical NaN here
    [InlineData("mlas_logistic", "3F000000 3F000000 3F000000 3F066509 3EA9E34C 3F3600C9 3F389B01 3E3ACDC4 3F6C948F 3C9357E0 3F7F5DF4 389CF000 3F7FFFFE 00000000 3F800000 3F800000 00000000 7FC00000")]
    [InlineData("mlas_silu", "00000000 80000000 00008B61 3D57080F BE6DD7D1 3F23CD81 3F2F600E BE8C1A53 4013DCD9 BD9357E0 40BF8677 BA3A5D00 4187FFFF 80000000 41F00000 7F800000 7FC00000 7FC00000")]
    [InlineData("mlas_quick_gelu", "00000000 80000000 00008B61 3D5E2FC0 BE270546 3F3D736E 3F4AEB08 BDDDE032 401DC2CA BB90A900 40BFFE32 B5980000 41880000 80000000 41F00000 7F800000 7FC00000 7FC00000")]
    [InlineData("mlas_tanh", "00000000 80000000 00011697 3DCC1EBB BF1AB7D9 3F375F4C 3F3D626C BF67B7CB 3F7C92C2 BF7FD40A 3F7FFF30 BF800000 3F800000 BF800000 3F800000 3F800000 BF800000 7FC00000")]
    [InlineData("mlas_erf", "00000000 80000000 00013A8B 3DE652F5 BF2D8461 3F4C022D 3F5225E6 BF7752AB 3F7FE555 BF800000 3F800000 BF800000 3F800000 BF800000 3F800000 3F800000 BF800000 7FC00000")]
    [InlineData("mlas_gelu_erf", "00000000 80000000 00008B61 3D5D1D0D BE2D7086 3F3BFE18 3F499961 BDCD3B54 401F01A8 B904E000 40C00000 80000000 41880000 80000000 41F00000 7F800000 7FC00000 7FC00000")]
    [InlineData("mlas_gelu_tanh", "00000000 80000000 00008B61 3D5D1D05 BE2D7F04 3F3BF666 3F499089 BDCDAD6C 401F08DC B8930000 40C00000 80000000 41880000 80000000 41F00000 7F800000 7FC00000 7FC00000")]
    public void A_function_gives_the_library_s_bits(string function, string expected)
    {
        float[] y = new float[18];
        KernelSelection.Default.Elementwise((ElementwisePlan)OperatorPlan.Parse("elementwise function=" + function), Floats(Arguments), y);
        Bits(y).Should().Be(expected);
    }

    [Fact] // 32 elements, one block, read off libtorch 2.10.0 on AVX-512
    public void PyTorch_s_gelu_by_tanh_has_the_library_s_bits()
    {
        float[] x = Floats(
            "00000000 80000000 000116C2 3727C5AC 3DCCCCCD BE4CCCCD 3E99999A BF000000 3F333333 BF666666 3F8CCCCD BFB33333 3FD9999A C0066666 40266666 C0533333 "
            + "40866666 C0A9999A 40D00000 C1000000 41300000 C1600000 3D4CCCCD BC54FDF4 3F800000 BF800000 40000000 C0000000 40400000 C0400000 C0800000 40A00000");
        float[] y = new float[32];
        KernelSelection.Default.Elementwise(new ElementwisePlan(ElementwiseFunction.AtenGeluTanh), x, y);
        Bits(y).Should().Be(
            "00000000 80000000 00008B61 36A7C604 3D5D1D05 BDAC5616 3E3DD1E1 BE1DFD26 3F07D372 BE29C002 3F735948 BDE8059A 3FCFE2B4 BD18E864 4025A776 BAABDEE6 "
            + "4086662F 80000000 40D00000 80000000 41300000 80000000 3CD4F788 BBD2C866 3F57585C BE229E90 3FFA3042 BD39F7C0 403FC468 BB6E6200 B8934000 409FFFFF");
        KernelSelection.Default.Elementwise(new ElementwisePlan(ElementwiseFunction.MlasGeluTanh), x, x);
        x.Should().NotEqual(y); // negative control
    }

    [Fact] // negative control: the textbook formula is another function
    public void An_exponential_gives_other_bits_than_MLAS_s_logistic()
    {
        float[] x = [.. Enumerable.Range(-400, 800).Select(index => index / 50f)];
        float[] silu = new float[x.Length];
        KernelSelection.Default.Elementwise(new ElementwisePlan(ElementwiseFunction.MlasSilu), x, silu);
        x.Select((value, index) => value / (1 + PlanForensics.Numerics.MlasMath.Exp(-value)) == silu[index]).Count(equal => equal).Should().BeInRange(1, 600);
    }

    [Fact]
    public void Lengths_must_agree() =>
        FluentActions.Invoking(() => KernelSelection.Default.Elementwise(new ElementwisePlan(ElementwiseFunction.MlasSilu), new float[2], new float[3])).Should().Throw<ArgumentException>();

    internal static float[] Floats(string hex) => [.. hex.Split(' ').Select(word => BitConverter.UInt32BitsToSingle(uint.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture)))];

    internal static string Bits(IEnumerable<float> values) => string.Join(' ', values.Select(value => BitConverter.SingleToUInt32Bits(value).ToString("X8", CultureInfo.InvariantCulture)));
}
