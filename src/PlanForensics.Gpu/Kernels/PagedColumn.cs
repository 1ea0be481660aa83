using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.Programs;

namespace PlanForensics.Gpu.Kernels;

/// <summary>One dimension of successive positions of a paged cache, in the format in which the arithmetic reads it.</summary>
internal readonly struct PagedColumn(ArrayView<float> pool, ArrayView<int> pages, PagedShape shape, int head, int dimension, int start, int format) : IOperand
{
    private readonly ArrayView<float> _pool = pool;
    private readonly ArrayView<int> _pages = pages;
    private readonly PagedShape _shape = shape;
    private readonly int _head = head;
    private readonly int _dimension = dimension;
    private readonly int _start = start;
    private readonly int _format = format;

    public float At(int index)
    {
        float value = _pool[_shape.Offset(_pages, _start + index, _head) + _dimension];
        return _format < 0 ? value : FormatRounding.Operand(value, _format);
    }
}
