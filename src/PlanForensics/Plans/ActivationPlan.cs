using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>The plan of the MLP's activation (the model says which function).</summary>
/// <remarks>
/// SwiGLU: <c>a = silu(gate)</c> by <see cref="Form"/>, every operation rounded to binary32, <c>a</c> rounded to <see cref="Intermediate"/>; <c>y = fl(a * up)</c> rounded to the output format.
/// GELU (tanh): <c>u = fl(c * fl(x + fl(0.044715 * fl(x * fl(x * x)))))</c> with <c>c = 0x1.988454p-1</c>, <c>y = fl(fl(0.5 * x) * fl(1 + tanh(u)))</c>, rounded to the output format.
/// </remarks>
public sealed record ActivationPlan : OperatorPlan
{
    /// <summary>exp or tanh implementation; default portable.</summary>
    public MathPath Math { get; init; } = MathPath.Portable;

    /// <summary>How SiLU is written; default division.</summary>
    public ActivationForm Form { get; init; } = ActivationForm.Divide;

    /// <summary>Format SiLU's result is rounded to before it multiplies the up projection; default fp32.</summary>
    public NumericFormat Intermediate { get; init; } = NumericFormat.Fp32;

    /// <summary>Output format; default fp32.</summary>
    public NumericFormat Output { get; init; } = NumericFormat.Fp32;

    /// <inheritdoc/>
    public override string Text => new PlanTextWriter("activation")
        .Add("math", Math, MathPath.Portable)
        .Add("form", Form, ActivationForm.Divide)
        .Add("intermediate", Intermediate, NumericFormat.Fp32)
        .Add("out", Output, NumericFormat.Fp32)
        .ToString();

    /// <summary>Lowers to itself: an activation has no reduction.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape)
    {
        PlanChecks.Activation(this, "intermediate", Intermediate);
        PlanChecks.Activation(this, "out", Output);
        return new ElementwiseProgram(this);
    }

    internal static ActivationPlan Read(PlanFieldReader reader)
    {
        MathPath math = reader.Enum("math", MathPath.Portable);
        ActivationForm form = reader.Enum("form", ActivationForm.Divide);
        NumericFormat intermediate = reader.Format("intermediate", NumericFormat.Fp32);
        NumericFormat output = reader.Format("out", NumericFormat.Fp32);
        return reader.Finish(() => new ActivationPlan { Math = math, Form = form, Intermediate = intermediate, Output = output });
    }
}
