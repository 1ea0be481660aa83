using System.Diagnostics;
using System.Globalization;
using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Execution;
using PlanForensics.Gpu.MatrixUnits;
using PlanForensics.Gpu.Tiles;
using PlanForensics.Gpu.Warps;
using PlanForensics.Gpu.Weights;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.GpuCheck;

/// <summary>Times kernels whose operands lie on the device, and a decode step as the replay engine runs it.</summary>
internal sealed class TimingCheck(GpuDevice device, CheckReport report, CheckSizes sizes)
{
    private const int Rounds = 5;

    public void Run()
    {
        Copy();
        Strict();
        Units();
        Gemv();
        Decode("decode_llama_1b_fp32", NumericFormat.Fp32);
        Decode("decode_llama_1b_bf16", NumericFormat.Bf16);
    }

    private void Copy()
    {
        using DeviceLease<float> source = Filled(sizes.CopyBytes / sizeof(float));
        using DeviceLease<float> target = device.Memory.Rent<float>(source.Length);
        Measure("copy", 2.0 * sizes.CopyBytes / 1e9, "GB/s", () => target.View.CopyFrom(source.View), sizes.Repeats);
    }

    private void Strict()
    {
        long elements = (long)sizes.Gemm * sizes.Gemm;
        using DeviceLease<float> a = Filled(elements);
        using DeviceLease<float> b = Filled(elements);
        using DeviceLease<float> c = device.Memory.Rent<float>(elements);
        using DeviceLease<float> none = device.Memory.Rent<float>(0);
        using DeviceLease<int> slices = device.Memory.Rent<int>([0, sizes.Gemm, 0]);
        var tiles = new TileRunner(device);
        var shape = new PlanForensics.Gpu.Tiles.TileShape { M = sizes.Gemm, N = sizes.Gemm, K = sizes.Gemm, Slices = 1 };
        Measure("gemm_fp32_strict", Flops, "TFLOP/s", () => tiles.Launch(StepKind.Fma, 1, a.View, new DeviceMatrix(b.View.Cast<uint>(), NumericFormat.Fp32), none.View, slices.View, c.View, shape), sizes.Repeats);
    }

    private void Units()
    {
        var units = new UnitRunner(device);
        if (units.Gpu is null)
            return;
        long elements = (long)sizes.Gemm * sizes.Gemm;
        using DeviceLease<float> values = Filled(elements);
        using DeviceLease<uint> a = units.Pack(values.View, NumericFormat.Bf16, elements / 2);
        using DeviceLease<uint> b = units.Pack(values.View, NumericFormat.Bf16, elements / 2);
        using DeviceLease<float> c = device.Memory.Rent<float>(elements);
        using DeviceLease<float> none = device.Memory.Rent<float>(0);
        var shape = new UnitShape { M = sizes.Gemm, N = sizes.Gemm, Words = sizes.Gemm / 2 };
        Measure("gemm_bf16_mma", Flops, "TFLOP/s", () => units.Launch(NumericFormat.Bf16, a.View, b.View, none.View, c.View, shape), sizes.Repeats);
    }

    private void Gemv()
    {
        var warps = new WarpRunner(device);
        if (!warps.HasWarps)
            return;
        using DeviceLease<float> x = Filled(sizes.GemvDepth);
        using DeviceLease<float> c = device.Memory.Rent<float>(sizes.GemvOutputs);
        using DeviceLease<float> none = device.Memory.Rent<float>(0);
        foreach ((string name, int vector, NumericFormat storage) in ((string, int, NumericFormat)[])[("gemv_fp32", 4, NumericFormat.Fp32), ("gemv_bf16", 8, NumericFormat.Bf16)])
        {
            long bytes = (long)sizes.GemvOutputs * sizes.GemvDepth * NumericFormats.BytesPerElement(storage);
            using DeviceLease<float> w = Filled(bytes / sizeof(float)); // two successive numbers of bf16 are some two numbers
            var matrix = new DeviceMatrix(w.View.Cast<uint>(), storage);
            var form = new WarpProgram(StepKind.Fma, vector, MergeOrder.Butterfly, StartsAtZero: false);
            Measure(
                name, bytes / 1e9, "GB/s",
                () => warps.Run(form, new FusedEpilogue(0, 0, 0), x.View, matrix, none.View, c.View, 1, sizes.GemvOutputs, sizes.GemvDepth), sizes.Repeats);
        }
    }

    private void Decode(string name, NumericFormat format)
    {
        var step = new DecodeStep(device, sizes, format);
        Measure(name, 1, "steps/s", step.Run, device.Kind == GpuDeviceKind.Cpu ? 1 : 20);
        DeviceTraffic before = device.Traffic;
        step.Run();
        DeviceTraffic after = device.Traffic;
        report.AddRemark(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: a step is {after.Launches - before.Launches} launches, {after.Uploads - before.Uploads} uploads ({after.UploadedBytes - before.UploadedBytes} bytes), {after.Downloads - before.Downloads} download ({after.DownloadedBytes - before.DownloadedBytes} bytes), {after.Synchronizations - before.Synchronizations} wait; {after.BytesInUse} bytes of the device are in use"));
    }

    private double Flops => 2.0 * sizes.Gemm * sizes.Gemm * sizes.Gemm / 1e12;

    private void Measure(string name, double amount, string unit, Action run, int repeats)
    {
        run();
        device.Synchronize();
        double best = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            long started = Stopwatch.GetTimestamp();
            for (int repeat = 0; repeat < repeats; repeat++)
                run();
            device.Synchronize();
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds / repeats);
        }

        report.AddTime(new Measurement(name, best * 1e3, amount / best, unit));
    }

    /// <summary>Numbers in [-1, 1), a block of them over and over.</summary>
    private DeviceLease<float> Filled(long count)
    {
        float[] block = new float[Math.Min(count, 1 << 20)];
        var random = new Random(7);
        for (int index = 0; index < block.Length; index++)
            block[index] = (random.NextSingle() * 2) - 1;
        DeviceLease<float> lease = device.Memory.Rent<float>(count);
        for (long at = 0; at < count; at += block.Length)
        {
            int length = (int)Math.Min(block.Length, count - at);
            lease.Write(at, block.AsSpan(0, length));
        }

        return lease;
    }
}
