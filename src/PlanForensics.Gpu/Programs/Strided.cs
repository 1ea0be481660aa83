using ILGPU;

namespace PlanForensics.Gpu.Programs;

/// <summary>Terms at equal distances in one buffer.</summary>
internal readonly struct Strided(ArrayView<float> values, long offset, int stride) : IOperand
{
    private readonly ArrayView<float> _values = values;
    private readonly long _offset = offset;
    private readonly int _stride = stride;

    public float At(int index) => _values[_offset + ((long)index * _stride)];
}
