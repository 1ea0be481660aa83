using FluentAssertions;
using PlanForensics.Conformance;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Execution;
using PlanForensics.Gpu.Weights;
using PlanForensics.Kernels;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Gpu.Tests;

/// <summary>Weights of two bytes stay so on the device, and every kernel reads them with the bits of the reference.</summary>
public sealed class StoredWeightTests(CpuDeviceFixture fixture) : IClassFixture<CpuDeviceFixture>
{
    public static TheoryData<string, NumericFormat, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, NumericFormat, int>();
            foreach (string plan in (string[])["gemm", "gemm split_k=3 staging=bf16", "gemm lanes=16", "gemm operand=bf16", "gemm operand=fp16", "gemm operand=tf32", "gemm operand=fp8e4m3", "gemm acc=bf16", "gemm step=bf16pair operand=bf16"])
                foreach (NumericFormat format in (NumericFormat[])[NumericFormat.Bf16, NumericFormat.Fp16, NumericFormat.Fp32])
                    foreach (int depth in (int[])[33, 64]) // rows that begin in the midst of a word, and aligned ones
                        cases.Add(plan, format, depth);
            cases.Add("gemm", NumericFormat.Fp8E4M3, 33);
            cases.Add("gemm operand=fp16", NumericFormat.Fp8E5M2, 33);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_product_has_the_bits_of_the_reference_whatever_the_weights_are_stored_in(string plan, NumericFormat format, int depth)
    {
        foreach (KernelPaths paths in (KernelPaths[])[KernelPaths.None, KernelPaths.All])
        {
            fixture.Kernels.Paths = paths;
            Product(fixture.Kernels, plan, format, 3, 5, depth).Should().Equal(Product(ReferenceKernels.Instance, plan, format, 3, 5, depth));
        }
    }

    [Theory]
    [InlineData("gemm lanes=32 vector=8", NumericFormat.Bf16, 1304)] // whole rounds of 1,024 terms and rest
    [InlineData("gemm lanes=32 vector=8 step=muladd", NumericFormat.Fp16, 264)]
    [InlineData("gemm lanes=32 vector=8", NumericFormat.Fp32, 1032)]
    [InlineData("gemm lanes=32 vector=4 lane_merge=neighbours", NumericFormat.Bf16, 644)]
    [InlineData("gemm lanes=32 vector=4", NumericFormat.Fp16, 132)]
    [InlineData("gemm lanes=32 vector=2", NumericFormat.Fp16, 67)]
    [InlineData("gemm lanes=32 vector=8", NumericFormat.Bf16, 69)]
    public void A_warp_for_each_output_has_the_bits_of_the_reference(string plan, NumericFormat format, int depth)
    {
        using GpuDevice device = GpuDevice.OpenCpu(32);
        var kernels = new GpuOperatorKernels(device) { Paths = KernelPaths.Warps };
        Product(kernels, plan, format, 1, 2, depth).Should().Equal(Product(ReferenceKernels.Instance, plan, format, 1, 2, depth));
    }

    [Theory]
    [InlineData(NumericFormat.Bf16, "bf16")]
    [InlineData(NumericFormat.Bf16, "tf32")] // two-byte weights, four-byte operands: widened for the unit
    [InlineData(NumericFormat.Fp16, "fp16")]
    public void A_matrix_unit_reads_them_as_they_lie(NumericFormat format, string operand)
    {
        using GpuDevice device = GpuDevice.OpenCpu(32);
        var kernels = new GpuOperatorKernels(device) { Paths = KernelPaths.MatrixUnits };
        string plan = $"gemm step=dot<{(operand == "tf32" ? 8 : 16)},25,rz> operand={operand}";
        Product(kernels, plan, format, 2, 3, 32).Should().Equal(Product(ReferenceKernels.Instance, plan, format, 2, 3, 32));
    }

    [Fact]
    public void Every_half_is_widened_to_its_value()
    {
        uint[] wrong = [.. Enumerable.Range(0, 0x1_0000).Select(static pattern => (uint)pattern).Where(static pattern =>
        {
            float expected = (float)BitConverter.UInt16BitsToHalf((ushort)pattern);
            float actual = Fp16Weights.Value(pattern);
            return float.IsNaN(expected) ? !float.IsNaN(actual) : BitConverter.SingleToUInt32Bits(expected) != BitConverter.SingleToUInt32Bits(actual);
        })];
        wrong.Should().BeEmpty();
    }

    [Theory]
    [InlineData(NumericFormat.Fp32, 4)]
    [InlineData(NumericFormat.Bf16, 2)]
    [InlineData(NumericFormat.Fp16, 2)]
    public void Weights_take_the_bytes_of_their_format_on_the_device(NumericFormat format, int bytes)
    {
        using GpuDevice device = GpuDevice.Open("ilgpu-cpu");
        var weights = new DeviceWeights(device, Matrix(format, 1000, 300));
        long before = device.Traffic.AllocatedBytes;
        _ = weights.In(NumericFormat.Fp32);
        long stored = device.Traffic.AllocatedBytes - before;
        if (format != NumericFormat.Fp32)
            stored.Should().BeInRange((long)bytes * 300_000, ((long)bytes * 300_000) + 256, "the stored bytes are copied and nothing else");
        _ = weights.In(format);
        _ = weights.In(NumericFormat.Fp32);
        (device.Traffic.AllocatedBytes - before).Should().Be(stored, "programs that read the stored values share one copy");
        before = device.Traffic.BytesInUse;
        _ = weights.In(format == NumericFormat.Fp16 ? NumericFormat.Bf16 : NumericFormat.Fp16);
        (device.Traffic.BytesInUse - before).Should().BeInRange(600_000, 600_256, "another format is a copy of two bytes a weight");
        GC.KeepAlive(weights);
    }

    private static uint[] Product(IOperatorKernels kernels, string plan, NumericFormat format, int rows, int outputs, int depth)
    {
        var program = (GemmProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(rows, outputs, depth));
        float[] c = new float[rows * outputs];
        kernels.Gemm(program, ConformanceValues.Create(0, 7, rows * depth), Matrix(format, outputs, depth), [], c);
        return [.. c.Select(BitConverter.SingleToUInt32Bits)];
    }

    private static WeightMatrix Matrix(NumericFormat format, int outputs, int depth) =>
        WeightMatrix.From(TensorValue.FromRounded(format, [.. ConformanceValues.Create(0, 9, outputs * depth).Select(value => Rounding.ToFormat(value, format))], outputs, depth));
}
