using PlanForensics.Kernels;
using PlanForensics.Kernels.Reference;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Devices;

/// <summary>Cases that a device must pass before it is handed out, for devices whose compiler is free to change arithmetic.</summary>
internal static class OpeningConformance
{
    private static readonly string[] Plans =
    [
        "gemm", "gemm step=muladd", "gemm acc=fp64", "gemm step=muladd acc=bf16 out=bf16", "gemm operand=fp16 acc=fp16 out=fp16", "gemm split_k=3 staging=bf16", "gemm lanes=8 vector=2",
        "gemm step=bf16pair operand=bf16", "gemm step=dot<16,25,rz> operand=bf16", "gemm step=dot<4,23,rz> operand=fp16 out=fp8e5m2",
    ];

    /// <summary>The first result that differs from the reference's, or null.</summary>
    public static string? FirstDifference(GpuDevice device)
    {
        var kernels = new GpuOperatorKernels(device);
        const int rows = 3;
        const int columns = 5;
        const int depth = 67;
        float[] a = Values(rows * depth, 1);
        var weights = new WeightMatrix(columns, depth, Values(columns * depth, 2));
        foreach (string text in Plans)
        {
            var program = (GemmProgram)OperatorPlan.Parse(text).Lower(new OperatorShape(rows, columns, depth));
            float[] expected = new float[rows * columns];
            float[] actual = new float[rows * columns];
            ReferenceKernels.Instance.Gemm(program, a, weights, [], expected);
            kernels.Gemm(program, a, weights, [], actual);
            for (int index = 0; index < expected.Length; index++)
                if (BitConverter.SingleToUInt32Bits(expected[index]) != BitConverter.SingleToUInt32Bits(actual[index]))
                    return $"{text}: element {index} is 0x{BitConverter.SingleToUInt32Bits(actual[index]):X8}, expected 0x{BitConverter.SingleToUInt32Bits(expected[index]):X8}";
        }

        return null;
    }

    // Ordinary numbers, subnormals, and cancellation that an fma shows.
    private static float[] Values(int count, uint seed)
    {
        float[] values = new float[count];
        uint state = seed * 2654435769u;
        for (int index = 0; index < count; index++)
        {
            state = (state * 1664525u) + 1013904223u;
            uint exponent = index % 7 == 6 ? 40u : 120u + ((state >> 20) & 7u);
            values[index] = BitConverter.UInt32BitsToSingle((state & 0x8000_0000u) | (exponent << 23) | (state & 0x7F_FFFFu));
        }

        return values;
    }
}
