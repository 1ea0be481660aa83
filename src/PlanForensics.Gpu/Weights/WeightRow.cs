using ILGPU;
using PlanForensics.Gpu.Programs;

namespace PlanForensics.Gpu.Weights;

/// <summary>The weights of one output.</summary>
internal readonly struct WeightRow<TWeights>(ArrayView<uint> words, long offset) : IOperand
    where TWeights : struct, IWeightFormat
{
    private readonly ArrayView<uint> _words = words;
    private readonly long _offset = offset;

    public float At(int index) => TWeights.At(_words, _offset + index);
}
