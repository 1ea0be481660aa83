using System.Collections.Immutable;
using System.Runtime.InteropServices;
using PlanForensics.Engines;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Identification.Products;

/// <summary>A recorded matrix product and the keys under which rules are asked about it.</summary>
internal sealed class RecordedProduct
{
    private readonly RecordedOperator _recorded;

    public RecordedProduct(RecordedOperator recorded)
    {
        _recorded = recorded;
        W = recorded.Get("w");
        TensorValue a = recorded.Get("a");
        Shape = new OperatorShape(a.Shape[0], W.Shape[0], a.Shape[1]);
        Output = Holds(recorded.Output, NumericFormat.Bf16) ? NumericFormat.Bf16 : NumericFormat.Fp32;
        NumericFormat[] weights = [.. new[] { NumericFormat.Bf16, NumericFormat.Fp16, NumericFormat.Fp32 }.Where(format => format == NumericFormat.Fp32 || Holds(W, format))];
        NumericFormat[] outputs = Output == NumericFormat.Bf16 ? [NumericFormat.Bf16, NumericFormat.Fp32] : [NumericFormat.Fp32];
        // What a record does not say is tried every way: the layout in memory, the weights' address, fewer threads than there were.
        Keys = [.. from format in weights
                   from output in outputs
                   from threads in new[] { recorded.Threads, 1 }.Distinct()
                   from transposed in (bool[])[true, false]
                   from address in (int[])[0, 4, 8, 12]
                   select new GemmKey(Shape.Rows, Shape.Columns, Shape.Depth)
                   {
                       Threads = threads, Weights = format, Output = output, WeightsTransposed = transposed, WeightAddressModulo16 = address,
                   }];
    }

    /// <summary>Activations, (M, K).</summary>
    public ReadOnlySpan<float> A => MemoryMarshal.Cast<byte, float>(_recorded.Get("a").Bytes.Span);

    /// <summary>The recorded output, (M, N).</summary>
    public ReadOnlySpan<float> Recorded => MemoryMarshal.Cast<byte, float>(_recorded.Output.Bytes.Span);

    /// <summary>Weights, (N, K).</summary>
    public TensorValue W { get; }

    public OperatorShape Shape { get; }

    /// <summary>bf16 where every output value is one, else fp32.</summary>
    public NumericFormat Output { get; }

    /// <summary>One key for each format that holds all weights.</summary>
    public ImmutableArray<GemmKey> Keys { get; }

    /// <summary>The plan's program here; null where it does not lower.</summary>
    public GemmProgram? Lower(OperatorPlan plan)
    {
        try
        {
            return (GemmProgram)plan.Lower(Shape);
        }
        catch (PlanNotSupportedException)
        {
            return null;
        }
    }

    private static bool Holds(TensorValue tensor, NumericFormat format)
    {
        foreach (float value in MemoryMarshal.Cast<byte, float>(tensor.Bytes.Span))
            if (!float.IsNaN(value) && Rounding.ToFormat(value, format) != value)
                return false;
        return true;
    }
}
