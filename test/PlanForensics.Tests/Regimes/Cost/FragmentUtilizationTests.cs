using FluentAssertions;
using PlanForensics.Numerics;
using PlanForensics.Regimes.Cost;
using Xunit;

namespace PlanForensics.Tests.Regimes.Cost;

public sealed class FragmentUtilizationTests
{
    [Theory]
    [InlineData(16, 8, 16, "16x8x16", 1, 1, 1)]
    [InlineData(1, 4096, 4096, "16x8x16", 0.0625, 1, 1)] // one row of sixteen
    [InlineData(17, 8, 16, "16x8x16", 0.53125, 1, 1)] // 17 of 32
    [InlineData(9, 12, 20, "16x8x16", 0.5625, 0.75, 0.625)] // 9 of 16, 12 of 16, 20 of 32
    [InlineData(65, 8, 16, "m64n8k16", 0.5078125, 1, 1)] // 65 of 128
    public void Utilisation_is_useful_elements_over_those_of_whole_tiles(int m, int n, int k, string tile, double fillM, double fillN, double fillK)
    {
        InstructionTile.TryParse(tile, out InstructionTile parsed).Should().BeTrue();
        FragmentUtilization fill = FragmentUtilization.Of(m, n, k, parsed);

        fill.Should().Be(new FragmentUtilization(fillM, fillN, fillK));
        fill.Whole.Should().Be(fillM * fillN * fillK);
        fill.Whole.Should().Be(Counted(m, n, k, parsed));
    }

    [Fact]
    public void The_transposed_product_puts_few_rows_on_the_instructions_columns()
    {
        InstructionTile hopper = InstructionTile.Find(90, NumericFormat.Bf16)!.Value;
        FragmentUtilization.Of(8, 4096, 4096, hopper).Whole.Should().Be(0.125);
        FragmentUtilization.Of(8, 4096, 4096, hopper, swapped: true).Whole.Should().Be(1);
    }

    [Theory]
    [InlineData(70, NumericFormat.Fp16, "8x8x4")]
    [InlineData(75, NumericFormat.Fp16, "16x8x8")]
    [InlineData(80, NumericFormat.Bf16, "16x8x16")]
    [InlineData(80, NumericFormat.Tf32, "16x8x8")]
    [InlineData(89, NumericFormat.Fp8E4M3, "16x8x32")]
    [InlineData(90, NumericFormat.Fp8E4M3, "64x8x32")]
    [InlineData(90, NumericFormat.Tf32, "64x8x8")]
    [InlineData(80, NumericFormat.Fp8E4M3, null)]
    [InlineData(75, NumericFormat.Bf16, null)]
    [InlineData(90, NumericFormat.Fp32, null)]
    [InlineData(61, NumericFormat.Fp16, null)]
    public void Architectures_have_their_instructions(int capability, NumericFormat operand, string? tile) => InstructionTile.Find(capability, operand)?.ToString().Should().Be(tile);

    [Theory]
    [InlineData("16x8")]
    [InlineData("0x8x16")]
    [InlineData("16x8x16x1")]
    [InlineData("")]
    [InlineData(null)]
    public void Other_texts_are_no_tile(string? text) => InstructionTile.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void Bytes_of_a_cache_are_those_worked_by_hand()
    {
        KeyValueCache.Bytes(8, 4096, 8, 128, 2).Should().Be(2.0 * 8 * 4096 * 8 * 128 * 2); // 134,217,728
        KeyValueCache.Bytes(8, 4096, 8, 128, 2).Should().Be(134_217_728);
        KeyValueCache.Bytes(1, 100, 4, 8, 0.5, layers: 3).Should().Be(9_600);
        KeyValueCache.Bytes(0, 100, 4, 8, 2).Should().Be(0);
    }

    /// <summary>Walks the instructions and counts, one by one.</summary>
    private static double Counted(int m, int n, int k, InstructionTile tile)
    {
        long executed = 0;
        for (int row = 0; row < m; row += tile.M)
            for (int column = 0; column < n; column += tile.N)
                for (int term = 0; term < k; term += tile.K)
                    executed += (long)tile.M * tile.N * tile.K;
        return (double)m * n * k / executed;
    }
}
