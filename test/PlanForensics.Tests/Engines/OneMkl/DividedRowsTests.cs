using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Engines.OneMkl;
using PlanForensics.Kernels;
using PlanForensics.Plans;
using PlanForensics.Tests.Kernels;
using Xunit;

namespace PlanForensics.Tests.Engines.OneMkl;

public sealed class DividedRowsTests
{
    private const string OneThread = "BDBA6B61 BD0A8C65 3DF82592 3CD9BB3C 3D9EB167 BC5B49F2 BE0F139F 3E1B732E BC0AE6E9 3DB19D9A BD9DA2CD BDE96E40 BB90BF47 BDD230E6 3D8CF09C 3D8D67F1 3E12609A";

    // The fifth row of A (5, 20) times W (17, 20), read off libtorch 2.10.0; values are differences of reciprocals, which every order rounds.
    [Theory]
    [InlineData(1, true, OneThread)]
    [InlineData(1, false, OneThread)]
    [InlineData(2, true, "BDBA6B62 BD0A8C65 3DF82592 3CD9BB3C 3D9EB166 BC5B49F2 BE0F139F 3E1B732E BC0AE6E8 3DB19D9A BD9DA2CC BDE96E41 BB90BF40 BDD230E5 3D8CF09C 3D8D67F0 3E12609A")]
    [InlineData(2, false, "BDBA6B61 BD0A8C65 3DF82593 3CD9BB3C 3D9EB166 BC5B49F3 BE0F139F 3E1B732E BC0AE6EC 3DB19D9A BD9DA2CD BDE96E42 BB90BF45 BDD230E5 3D8CF09C 3D8D67F1 3E12609A")]
    public void Two_threads_leave_the_fifth_row_to_the_narrow_code(int threads, bool linear, string fifthRow)
    {
        float[] a = [.. Enumerable.Range(0, 100).Select(index => (1f / (3 + (index * 7 % 31))) - (1f / (2 + (index * 5 % 23))))];
        float[] w = [.. Enumerable.Range(0, 340).Select(index => (1f / (2 + (index * 11 % 29))) - (1f / (3 + (index * 3 % 19))))];
        IGemmFamily family = linear ? new LinearLayer() : new MatrixProduct();
        PlanDecision decision = family.PlanFor(new GemmKey(5, 17, 20) { Threads = threads, WeightsTransposed = linear, WeightAddressModulo16 = 0 });
        float[] c = new float[85];
        KernelSelection.Default.Gemm((GemmProgram)decision.Plan!.Lower(new OperatorShape(5, 17, 20)), a, new WeightMatrix(17, 20, w), [], c);
        ElementwiseValuesTests.Bits(c[68..]).Should().Be(fifthRow);
    }

    [Theory]
    [InlineData(12, 24, 100)] // rows that divide into whole blocks
    [InlineData(8, 24, 100)]
    [InlineData(5, 16, 16)] // small products
    [InlineData(7, 64, 4)]
    public void Other_products_have_one_plan_for_any_number_of_threads(int m, int n, int k)
    {
        foreach (IGemmFamily family in new IGemmFamily[] { new LinearLayer(), new MatrixProduct() })
            family.PlanFor(new GemmKey(m, n, k) { Threads = 2 }).Plan!.Should().Be(family.PlanFor(new GemmKey(m, n, k)).Plan);
    }
}
