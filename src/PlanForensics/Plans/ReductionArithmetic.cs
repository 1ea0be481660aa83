using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>What is known about the arithmetic of a program's chains: which roundings do nothing, given the operands' formats.</summary>
internal readonly record struct ReductionArithmetic(NumericFormat OperandA, NumericFormat OperandB)
{
    /// <summary>Whether every value of a format is a value of another, so that rounding to it changes nothing.</summary>
    public static bool Holds(NumericFormat container, NumericFormat value) => container == value || container switch
    {
        NumericFormat.Fp64 => value is not NumericFormat.Int32,
        NumericFormat.Fp32 => value is NumericFormat.Tf32 or NumericFormat.Bf16 or NumericFormat.Fp16 or NumericFormat.Fp8E4M3 or NumericFormat.Fp8E5M2 or NumericFormat.Int8,
        NumericFormat.Bf16 or NumericFormat.Fp16 => value is NumericFormat.Fp8E4M3 or NumericFormat.Fp8E5M2,
        _ => false,
    };

    /// <summary>Whether a value of a format enters an accumulator by the same single rounding whether it starts it or is added to it.</summary>
    public static bool StartsExactly(NumericFormat accumulator, NumericFormat value) =>
        Holds(accumulator, value) || (accumulator == NumericFormat.Fp32 && value == NumericFormat.Fp64);

    /// <summary>Whether a step adds a finished value, so that the addition commutes; an fma does only when its product is exact.</summary>
    public bool IsAddend(ReductionStep step, NumericFormat accumulator) => accumulator != NumericFormat.Int32
        && (step.Kind is StepKind.Add or StepKind.MulAdd || (step.Kind == StepKind.Fma && IsExactProduct(Wide(accumulator))));

    /// <summary>Whether an addend's value may start the accumulator as well as be added to it.</summary>
    public bool StartsExactly(ReductionStep step, NumericFormat accumulator) => step.Kind switch
    {
        StepKind.Add => Holds(accumulator, OperandA),
        StepKind.MulAdd => Holds(accumulator, step.ProductFormat ?? accumulator),
        _ => accumulator == Wide(accumulator),
    };

    /// <summary>Whether a first product has the one value that fma and muladd share as a first item.</summary>
    public static bool IsStartProduct(ReductionStep step, NumericFormat accumulator) => accumulator != NumericFormat.Int32
        && (step.Kind == StepKind.Fma || (step.Kind == StepKind.MulAdd && (step.ProductFormat is not { } product || product == accumulator || accumulator != NumericFormat.Fp64)));

    /// <summary>The one spelling of steps with the same roundings: a product that is exact in the format it is rounded to is written as fma.</summary>
    public ReductionStep Canonical(ReductionStep step, NumericFormat accumulator)
    {
        if (step.Kind != StepKind.MulAdd)
            return step;
        NumericFormat product = step.ProductFormat ?? accumulator;
        if (product is NumericFormat.Fp32 or NumericFormat.Fp64 && IsExactProduct(product))
            return ReductionStep.Fma;
        return product == accumulator ? ReductionStep.MulAdd : step;
    }

    /// <summary>The step that adds the value of a chain of one term to a parent, or null when no step does.</summary>
    public ReductionStep? StepOf(ReductionStep step, NumericFormat accumulator, NumericFormat parent)
    {
        if (parent == NumericFormat.Int32 || accumulator == NumericFormat.Int32)
            return null;
        if (step.Kind == StepKind.Add)
            return Holds(accumulator, OperandA) ? ReductionStep.Add : null;
        if (step.Kind is not (StepKind.Fma or StepKind.MulAdd))
            return null;
        if (accumulator is NumericFormat.Bf16 or NumericFormat.Fp16)
            return parent == accumulator ? ReductionStep.MulAdd : null;
        NumericFormat product = step.ProductFormat ?? accumulator;
        if (parent != NumericFormat.Fp64)
            product = NumericFormat.Fp32; // a double product of floats is exact, so its one rounding is the one to binary32
        return Canonical(ReductionStep.MulAddProduct(product), parent);
    }

    private static NumericFormat Wide(NumericFormat accumulator) => accumulator == NumericFormat.Fp64 ? NumericFormat.Fp64 : NumericFormat.Fp32;

    /// <summary>Whether every product of the operands is a value of the format: two 24-bit significands fit 53 bits; fp16 and narrower fit binary32 in range too.</summary>
    private bool IsExactProduct(NumericFormat product) => product == NumericFormat.Fp64 || (IsSmall(OperandA) && IsSmall(OperandB));

    private static bool IsSmall(NumericFormat format) =>
        format is NumericFormat.Fp16 or NumericFormat.Fp8E4M3 or NumericFormat.Fp8E5M2 or NumericFormat.Int8;
}
