using PlanForensics.Gpu.Weights;
using PlanForensics.Numerics;

namespace PlanForensics.Gpu.Execution;

/// <summary>The right operand of a product on a device.</summary>
internal interface IDeviceOperand
{
    /// <summary>N.</summary>
    int Outputs { get; }

    /// <summary>K.</summary>
    int Depth { get; }

    /// <summary>The operand as a program of some operand format reads it.</summary>
    DeviceMatrix In(NumericFormat operand);
}
