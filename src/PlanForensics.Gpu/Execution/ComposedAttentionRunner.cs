using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Kernels;
using PlanForensics.Gpu.Programs;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Execution;

/// <summary>Attention composed of operators: for each head two products, each by the kernel that its program takes, and a softmax between them.</summary>
internal sealed class ComposedAttentionRunner(GpuDevice device, DeviceTables tables, GemmRunner gemm)
{
    /// <summary>Launches all query rows of one sequence; does not wait.</summary>
    /// <param name="program">The program.</param>
    /// <param name="query">(rows, heads x head_dim).</param>
    /// <param name="stored">Keys and values, the rows' own appended.</param>
    /// <param name="output">Receives as many.</param>
    public void Enqueue(ComposedAttentionProgram program, ArrayView<float> query, DeviceCache stored, ArrayView<float> output)
    {
        (int rows, int keys, int dimension) = (program.Rows, program.Keys, program.HeadDimension);
        int width = (int)(query.Length / rows);
        int group = width / dimension / stored.Shape.Heads;
        var launcher = new Launcher(device);
        using var keyMatrix = new StagedMatrix(device, keys, dimension);
        using var valueMatrix = new StagedMatrix(device, dimension, keys);
        using DeviceLease<float> head = device.Memory.Rent<float>((long)rows * dimension);
        using DeviceLease<float> scores = device.Memory.Rent<float>((long)rows * keys);
        for (int keyHead = 0; keyHead < stored.Shape.Heads; keyHead++)
        {
            keyMatrix.Reset();
            valueMatrix.Reset();
            launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, PagedShape, int, int>>(
                typeof(ComposedAttentionKernels), nameof(ComposedAttentionKernels.Operands))(
                launcher.Stream, launcher.For((long)keys * dimension), stored.Keys, stored.Values, stored.Pages, keyMatrix.View, valueMatrix.View, stored.Shape, keyHead, keys);
            for (int index = keyHead * group; index < (keyHead + 1) * group; index++)
            {
                Head(launcher, nameof(ComposedAttentionKernels.TakeHead), query, head.View, width, index * dimension, dimension);
                gemm.Enqueue(program.Scores, rows, head.View, NumericFormat.Fp32, keyMatrix, ArrayView<float>.Empty, scores.View);
                Softmax(launcher, program, scores.View);
                gemm.Enqueue(program.Values, rows, scores.View, program.Probabilities, valueMatrix, ArrayView<float>.Empty, head.View);
                Head(launcher, nameof(ComposedAttentionKernels.PutHead), head.View, output, width, index * dimension, dimension);
            }
        }
    }

    private void Softmax(Launcher launcher, ComposedAttentionProgram program, ArrayView<float> scores)
    {
        ProgramTable sum = gemm.TableOf(program.Sum);
        int threads = Launcher.GroupOf(device);
        int groups = (int)Math.Min(program.Rows, device.Kind == GpuDeviceKind.Cpu ? device.Limits.Multiprocessors : device.Limits.GridX);
        var shape = new ComposedShape
        {
            Rows = program.Rows, Keys = program.Keys, Instructions = sum.Count, Math = (int)program.Math, Reciprocal = program.Divide == Division.Reciprocal ? 1 : 0,
            Scaled = (int)program.Scaled, Probabilities = (int)program.Probabilities, Scale = Rounding.ToFormat((float)(1 / Math.Sqrt(program.HeadDimension)), program.Scaled),
            Lowest = Lowest(program.Scaled),
        };
        using DeviceLease<double> slots = device.Memory.Rent<double>(Math.Max(1, (long)sum.Slots * groups * threads));
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<float>, ArrayView<double>, ArrayView<ulong>, ComposedShape>>(
            typeof(ComposedAttentionKernels), nameof(ComposedAttentionKernels.Softmax))(
            launcher.Stream, new KernelConfig(groups, threads, SharedMemoryConfig.RequestDynamic<float>(threads + 1)), gemm.CodeOf(sum), scores, slots.View, tables.Roots.View, shape);
    }

    private static void Head(Launcher launcher, string kernel, ArrayView<float> source, ArrayView<float> target, int width, int first, int dimension) =>
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, int, int, int>>(typeof(ComposedAttentionKernels), kernel)(
            launcher.Stream, launcher.For(Math.Min(source.Length, target.Length)), source, target, width, first, dimension);

    private static float Lowest(NumericFormat format) => format switch
    {
        NumericFormat.Bf16 => BitConverter.UInt32BitsToSingle(0xFF7F_0000),
        NumericFormat.Fp16 => -65504,
        _ => float.MinValue,
    };
}
