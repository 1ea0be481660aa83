using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>The plan of the MLP's activation (the model says which function).</summary>
/// <remarks>
/// <para>SwiGLU: <c>a = silu(gate)</c> by <see cref="Form"/>, every operation rounded to binary32 and then to <see cref="Steps"/>, <c>a</c> rounded to <see cref="Intermediate"/>; <c>y = fl(a * up)</c> rounded to the output format.
/// The exponential is <see cref="Math"/>'s, in the elements that <see cref="Block"/> leaves to a scalar loop its tail's.</para>
/// <para>GELU (tanh): <c>u = fl(c * fl(x + fl(0.044715 * fl(x * fl(x * x)))))</c> with <c>c = 0x1.988454p-1</c>, <c>y = fl(fl(0.5 * x) * fl(1 + tanh(u)))</c>, rounded to the output format. By table: +0 up to -10, x from 10 on, else the
/// entry at h = fp16(x): <c>fp16(fl(fl(0.5 * h) * fl(1 + tanh(a))))</c>, <c>a = fl(fl(c * h) * fma(fl(0.044715 * h), h, 1))</c>, tanh correctly rounded; unfused: <c>fl(fl(fl(0.044715 * h) * h) + 1)</c>.</para>
/// </remarks>
public sealed record ActivationPlan : OperatorPlan
{
    /// <summary>exp or tanh implementation; default portable.</summary>
    public MathPath Math { get; init; } = MathPath.Portable;

    /// <summary>Elements that a scalar loop computes by another function; default none.</summary>
    public MathBlock Block { get; init; }

    /// <summary>How SiLU is written; default division.</summary>
    public ActivationForm Form { get; init; } = ActivationForm.Divide;

    /// <summary>Format that each operation inside SiLU is rounded to; default fp32.</summary>
    public NumericFormat Steps { get; init; } = NumericFormat.Fp32;

    /// <summary>How GELU is computed; default tanh.</summary>
    public GeluForm Gelu { get; init; } = GeluForm.Tanh;

    /// <summary>Format SiLU's result is rounded to before it multiplies the up projection; default fp32.</summary>
    public NumericFormat Intermediate { get; init; } = NumericFormat.Fp32;

    /// <summary>Output format; default fp32.</summary>
    public NumericFormat Output { get; init; } = NumericFormat.Fp32;

    /// <inheritdoc/>
    public override string Text
    {
        get
        {
            PlanTextWriter writer = new PlanTextWriter("activation").Add("math", Math, MathPath.Portable);
            Block.Write(writer);
            return writer
                .Add("form", Form, ActivationForm.Divide)
                .Add("steps", Steps, NumericFormat.Fp32)
                .Add("gelu", Gelu, GeluForm.Tanh)
                .Add("intermediate", Intermediate, NumericFormat.Fp32)
                .Add("out", Output, NumericFormat.Fp32)
                .ToString();
        }
    }

    /// <summary>Lowers to itself: an activation has no reduction. Where <see cref="Block"/> is set the scalar loop's place depends on the tensor's rows: see <see cref="LowerRow"/>.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape)
    {
        PlanChecks.Activation(this, "steps", Steps);
        PlanChecks.Activation(this, "intermediate", Intermediate);
        PlanChecks.Activation(this, "out", Output);
        return new ElementwiseProgram(this);
    }

    /// <summary>The plan of the elements that the vector loop computes.</summary>
    public ActivationPlan Vectorised => this with { Block = default };

    /// <summary>The plan of the elements that are left to the scalar loop.</summary>
    public ActivationPlan Remainder => Block.Length == 0 ? this : this with { Block = default, Math = Block.Tail };

    /// <summary>The program of one row of a tensor: which of its elements the vector loop computes.</summary>
    /// <param name="row">0-based row of the tensor.</param>
    /// <param name="rows">Rows of the tensor.</param>
    /// <param name="width">Values in a row.</param>
    /// <returns>The program.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The row lies outside the tensor.</exception>
    /// <exception cref="PlanNotSupportedException">The plan cannot be lowered.</exception>
    public ActivationRowProgram LowerRow(long row, long rows, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, rows);
        Lower(default);
        return new ActivationRowProgram(this, Block.VectorisedColumns(row, rows, width), width);
    }

    internal static ActivationPlan Read(PlanFieldReader reader)
    {
        MathPath math = reader.Enum("math", MathPath.Portable);
        MathBlock block = MathBlock.Read(reader);
        ActivationForm form = reader.Enum("form", ActivationForm.Divide);
        NumericFormat steps = reader.Format("steps", NumericFormat.Fp32);
        GeluForm gelu = reader.Enum("gelu", GeluForm.Tanh);
        NumericFormat intermediate = reader.Format("intermediate", NumericFormat.Fp32);
        NumericFormat output = reader.Format("out", NumericFormat.Fp32);
        return reader.Finish(() => new ActivationPlan { Math = math, Block = block, Form = form, Steps = steps, Gelu = gelu, Intermediate = intermediate, Output = output });
    }
}
