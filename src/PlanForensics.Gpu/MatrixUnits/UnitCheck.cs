using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Weights;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>Whether a device's matrix unit gives the bits of its model: products over several blocks, of ordinary numbers, wide exponents, cancellation, subnormals and special values.</summary>
internal static class UnitCheck
{
    private const int Rows = 64;
    private const int Columns = 72;
    private const int Depth = 96;

    /// <summary>The first element that differs from the reference interpreter's, in words, or null.</summary>
    public static string? FirstDifference(UnitRunner unit, GpuDevice device, NumericFormat format)
    {
        GemmPlan plan = TensorCoreCatalog.Get(unit.Gpu!, format, NumericFormat.Fp32).ToPlan();
        ReductionProgram program = ((GemmProgram)plan.Lower(new OperatorShape(Rows, Columns, Depth))).Uniform!;
        for (int kind = 0; kind < 4; kind++)
        {
            float[] a = Values(format, Rows * Depth, (2 * kind) + 1, kind);
            float[] weights = Values(format, Columns * Depth, (2 * kind) + 2, kind);
            float[] c = new float[Rows * Columns];
            using DeviceLease<float> left = device.Memory.Rent<float>(a);
            using DeviceLease<float> right = device.Memory.Rent<float>(weights);
            using DeviceLease<float> none = device.Memory.Rent<float>(0);
            using DeviceLease<float> output = device.Memory.Rent<float>(c.Length);
            using DeviceLease<uint> packed = unit.Pack(right.View, format, right.Length * NumericFormats.BytesPerElement(format) / sizeof(uint));
            unit.Run(program, left.View, new DeviceMatrix(packed.View, format == NumericFormat.Tf32 ? NumericFormat.Fp32 : format), none.View, output.View, Rows, Columns);
            output.Read(c);
            for (int index = 0; index < c.Length; index++)
            {
                float expected = ReductionInterpreter.Run(program, a.AsSpan(index / Columns * Depth, Depth), weights.AsSpan(index % Columns * Depth, Depth));
                if (BitConverter.SingleToUInt32Bits(expected) != BitConverter.SingleToUInt32Bits(c[index]))
                    return $"{NumericFormats.NameOf(format)} inputs {kind}, element {index}: 0x{BitConverter.SingleToUInt32Bits(c[index]):X8}, expected 0x{BitConverter.SingleToUInt32Bits(expected):X8}";
            }
        }

        return null;
    }

    private static float[] Values(NumericFormat format, int count, int seed, int kind)
    {
        uint state = (uint)seed * 2654435769u;
        float[] values = new float[count];
        for (int index = 0; index < count; index++)
        {
            state = (state * 1664525u) + 1013904223u;
            float value = ((state >> 8) / 8388608f) - 1;
            value = kind switch
            {
                1 => value * MathF.ScaleB(1, (int)(state % 24) - 12),
                2 => index % 97 == 0 ? (state % 4) switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => -0f, _ => float.Epsilon } : value,
                3 => value * MathF.ScaleB(1, format == NumericFormat.Fp16 ? -8 : -70),
                _ => value,
            };
            values[index] = Rounding.ToFormat(value, format);
        }

        return values;
    }
}
