using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Comparison;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Execution;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu;

/// <summary>What a device finds in tensors without sending them back: greedy tokens, and how far two tensors lie apart.</summary>
/// <remarks>May be shared by threads, which then wait for each other. Bitwise: identical on every machine and device.</remarks>
public sealed class GpuTensors
{
    private const int Shares = 256;

    private readonly GpuDevice _device;

    /// <summary>Creates the operations on an open device.</summary>
    /// <param name="device">The device; must outlive this.</param>
    public GpuTensors(GpuDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        _device = device;
    }

    /// <summary>The greedy token of each row: the largest logit; a NaN is larger than every number; -0 equals +0; the tie rule decides among equals.</summary>
    /// <param name="logits">(rows, columns).</param>
    /// <param name="columns">Logits of a row, at least one.</param>
    /// <param name="tie">The tie rule.</param>
    /// <returns>One token a row.</returns>
    /// <exception cref="ArgumentException">The logits are no whole rows.</exception>
    public int[] Argmax(ReadOnlySpan<float> logits, int columns, TieRule tie)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (logits.Length % columns != 0)
            throw new ArgumentException($"expected rows of {columns} logits; got {logits.Length}", nameof(logits));
        int[] chosen = new int[logits.Length / columns];
        if (chosen.Length == 0)
            return chosen;
        lock (_device.Gate)
        {
            using DeviceLease<float> values = _device.Memory.Rent(logits);
            using DeviceLease<int> tokens = _device.Memory.Rent<int>(chosen.Length);
            Argmax(values.View, tokens.View, columns, tie);
            _device.Synchronize();
            tokens.Read(chosen);
        }

        return chosen;
    }

    /// <summary>The distances of two tensors in ulps.</summary>
    /// <param name="left">Values of the format, held as binary32.</param>
    /// <param name="right">As many.</param>
    /// <param name="format">fp32, tf32, bf16 or fp16.</param>
    /// <param name="nans">When a NaN counts as equal.</param>
    /// <param name="zeros">Whether -0 and +0 are equal.</param>
    /// <returns>Counts by powers of two, the largest distance, the first difference.</returns>
    /// <exception cref="ArgumentException">The lengths differ, or a value is not of the format.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Another format.</exception>
    public UlpSummary Compare(
        ReadOnlySpan<float> left, ReadOnlySpan<float> right, NumericFormat format, NaNPolicy nans = NaNPolicy.AnyNaNEqual, SignedZeroPolicy zeros = SignedZeroPolicy.Distinct)
    {
        if (left.Length != right.Length)
            throw new ArgumentException($"expected as many values on both sides; got {left.Length} and {right.Length}", nameof(right));
        if (format is not (NumericFormat.Fp32 or NumericFormat.Tf32 or NumericFormat.Bf16 or NumericFormat.Fp16))
            throw new ArgumentOutOfRangeException(nameof(format), format, "the device compares fp32, tf32, bf16 and fp16; UlpDistance compares every format on the host");
        UlpGrid grid = UlpGrid.Of(format, new UlpRules(nans, zeros));
        long[] counts = new long[UlpShape.Counts];
        counts[UlpShape.First] = counts[UlpShape.FirstStray] = long.MaxValue;
        var shape = new UlpShape
        {
            Format = (int)format, DroppedBits = grid.DroppedBits, LargestNumber = (uint)grid.LargestNumber, NaNs = (int)nans, ZerosDistinct = zeros == SignedZeroPolicy.Distinct ? 1 : 0,
        };
        lock (_device.Gate)
            Count(left, right, counts, shape);
        if (counts[UlpShape.FirstStray] is < long.MaxValue and long stray)
            throw UlpPatterns.NotRepresentable(BitConverter.SingleToUInt32Bits(left[(int)stray]), format, stray);
        long different = counts[UlpShape.Incomparable];
        for (int bucket = 1; bucket < UlpSummary.BucketCount; bucket++)
            different += counts[bucket];
        counts[0] = left.Length - different;
        long first = counts[UlpShape.First] == long.MaxValue ? -1 : counts[UlpShape.First];
        return new UlpSummary(left.Length, counts[..UlpSummary.BucketCount], counts[UlpShape.Incomparable], counts[UlpShape.Largest], first);
    }

    /// <summary>Greedy tokens of rows that lie on the device; does not wait.</summary>
    internal void Argmax(ArrayView<float> logits, ArrayView<int> tokens, int columns, TieRule tie)
    {
        var launcher = new Launcher(_device);
        using DeviceLease<int> best = _device.Memory.Rent<int>(tokens.Length * Shares);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<int>, int, int, int>>(typeof(ArgmaxKernels), nameof(ArgmaxKernels.Share))(
            launcher.Stream, launcher.For(best.Length), logits, best.View, columns, Shares, (int)tie);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<int>, ArrayView<int>, int, int, int>>(typeof(ArgmaxKernels), nameof(ArgmaxKernels.Choose))(
            launcher.Stream, launcher.For(tokens.Length), logits, best.View, tokens, columns, Shares, (int)tie);
    }

    private void Count(ReadOnlySpan<float> left, ReadOnlySpan<float> right, long[] counts, UlpShape shape)
    {
        if (left.IsEmpty)
            return;
        var launcher = new Launcher(_device);
        using DeviceLease<float> a = _device.Memory.Rent(left);
        using DeviceLease<float> b = _device.Memory.Rent(right);
        using DeviceLease<long> found = _device.Memory.Rent<long>(counts);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<long>, UlpShape>>(typeof(UlpCountKernels), nameof(UlpCountKernels.Compare))(
            launcher.Stream, launcher.For(left.Length), a.View, b.View, found.View, shape);
        _device.Synchronize();
        found.Read(counts);
    }
}
