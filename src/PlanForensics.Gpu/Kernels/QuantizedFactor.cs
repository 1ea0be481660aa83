using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.Programs;
using PlanForensics.Gpu.Weights;

namespace PlanForensics.Gpu.Kernels;

/// <summary>One of the two factors of each group of terms, of one output of one row.</summary>
internal readonly struct QuantizedFactor(
    ArrayView<ushort> weights, long blocks, ArrayView<sbyte> quants, ArrayView<float> scales, long terms, bool first, QuantizedShape shape) : IOperand
{
    private readonly ArrayView<ushort> _weights = weights;
    private readonly long _blocks = blocks;
    private readonly ArrayView<sbyte> _quants = quants;
    private readonly ArrayView<float> _scales = scales;
    private readonly long _terms = terms;
    private readonly bool _first = first;
    private readonly QuantizedShape _shape = shape;

    public float At(int index)
    {
        int start = index * _shape.Group;
        int block = start / QuantizedShape.Block;
        if (_shape.ScalesFirst == 1)
            return _first ? Fp.Mul(WeightScale(block), ActivationScale(block)) : (float)Sum(start, block);
        return _first ? Fp.Mul((float)Sum(start, block), WeightScale(block)) : ActivationScale(block);
    }

    private float WeightScale(int block) => Fp16Weights.Value(_weights[_blocks + ((long)block * _shape.BlockHalves)]);

    private float ActivationScale(int block) => _scales[(_terms / QuantizedShape.Block) + block];

    /// <summary>The exact sum of a group.</summary>
    private int Sum(int start, int block)
    {
        long own = _blocks + ((long)block * _shape.BlockHalves) + 1;
        int sum = 0;
        for (int term = start; term < start + _shape.Group; term++)
        {
            int place = term & (QuantizedShape.Block - 1);
            int at = _shape.IsQ4 == 1 ? place & 15 : place; // q4_0: byte i holds weights i and i + 16
            int value = (_weights[own + (at >> 1)] >> ((at & 1) << 3)) & 0xFF;
            value = _shape.IsQ4 == 1 ? ((value >> ((place >> 4) << 2)) & 15) - 8 : value - ((value & 0x80) << 1);
            sum += value * _quants[_terms + term];
        }

        return sum;
    }
}
