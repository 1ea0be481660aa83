namespace PlanForensics.Gpu.Programs;

/// <summary>Where the terms of one operand of a reduction lie.</summary>
internal interface IOperand
{
    /// <summary>Term <paramref name="index"/>, already in the operand's format.</summary>
    float At(int index);
}
