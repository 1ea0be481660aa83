using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.Programs;

namespace PlanForensics.Gpu.Kernels;

/// <summary>All dimensions of one head and position of a paged cache, in the format in which the arithmetic reads them.</summary>
internal readonly struct PagedRow(ArrayView<float> pool, long offset, int format) : IOperand
{
    private readonly ArrayView<float> _pool = pool;
    private readonly long _offset = offset;
    private readonly int _format = format;

    public float At(int index)
    {
        float value = _pool[_offset + index];
        return _format < 0 ? value : FormatRounding.Operand(value, _format);
    }
}
