using FluentAssertions;
using PlanForensics.Diffing;
using PlanForensics.Diffing.Arrays;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Diffing.Arrays;

public sealed class ArrayFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void The_kind_of_a_file_is_told_by_its_first_bytes()
    {
        byte[] data = [0, 0, 0x80, 0x3F];
        File.WriteAllBytes(_path, NpyBytes.Of("<f4", "(1, 1)", data));
        ArrayFile.Read(_path).Should().Be(TensorValue.FromFp32([1f], 1, 1));
        File.WriteAllBytes(_path, data);
        ArrayFile.Read(_path, NumericFormat.Fp32).Should().Be(TensorValue.FromFp32([1f], 1));
        FluentActions.Invoking(() => ArrayFile.Read(_path)).Should().Throw<ArrayFormatException>().WithMessage("*raw file needs its element format*");
    }

    [Fact]
    public void A_raw_file_is_read_in_a_shape_or_flat()
    {
        File.WriteAllBytes(_path, [0x80, 0x3F, 0x00, 0x40, 0x40, 0x40, 0x80, 0x40]);
        TensorValue flat = ArrayFile.ReadRaw(_path, NumericFormat.Bf16);
        flat.ToFp32().Should().Equal(1f, 2f, 3f, 4f);
        ArrayFile.ReadRaw(_path, NumericFormat.Bf16, [2, 2]).Shape.ToArray().Should().Equal(2, 2);
        FluentActions.Invoking(() => ArrayFile.ReadRaw(_path, NumericFormat.Bf16, [3])).Should().Throw<ArrayFormatException>()
            .Which.Message.Should().Contain("shape [3] of bf16 takes 6 bytes, but the file holds 8");
        FluentActions.Invoking(() => ArrayFile.ReadRaw(_path, NumericFormat.Bf16, [-4])).Should().Throw<ArrayFormatException>().WithMessage("*negative*");
        File.WriteAllBytes(_path, new byte[7]);
        FluentActions.Invoking(() => ArrayFile.ReadRaw(_path, NumericFormat.Bf16)).Should().Throw<ArrayFormatException>().WithMessage("*no whole number*");
    }

    [Fact]
    public void A_shape_that_a_npy_file_does_not_have_is_refused()
    {
        File.WriteAllBytes(_path, NpyBytes.Of("<f4", "(4,)", new byte[16]));
        ArrayFile.Read(_path, shape: [4]).ElementCount.Should().Be(4);
        FluentActions.Invoking(() => ArrayFile.Read(_path, shape: [2, 2])).Should().Throw<ArrayFormatException>()
            .Which.Message.Should().EndWith("has shape [4], but [2,2] was asked for");
    }

    [Fact]
    public void Two_files_are_compared()
    {
        File.WriteAllBytes(_path, NpyBytes.Of("<f4", "(2,)", [0, 0, 0x80, 0x3F, 0, 0, 0, 0]));
        TensorDiff.Between(ArrayFile.Read(_path), TensorValue.FromFp32([1f, -0f], 2)).ToString().Should().NotBeEmpty();
        TensorDiff.Between(ArrayFile.Read(_path), TensorValue.FromFp32([1f, -0f], 2)).BitsDifferentCount.Should().Be(1);
    }

    [Fact]
    public void A_missing_file_is_missing() =>
        FluentActions.Invoking(() => ArrayFile.Read(_path + ".none")).Should().Throw<FileNotFoundException>();
}
