using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.MatrixUnits;
using PlanForensics.Gpu.Turnstiles;

namespace PlanForensics.Gpu.Devices;

/// <summary>ILGPU contexts that know the arithmetic of our kernels.</summary>
internal static class DeviceContext
{
    /// <summary>A context. Address spaces are inferred at this level only, and the math is IEEE 754's.</summary>
    /// <param name="devices">Registers devices.</param>
    public static Context Create(Action<Context.Builder> devices) => Context.Create(builder =>
    {
        builder.Optimize(OptimizationLevel.O2).Math(MathMode.Default).UseFp().UseWarpOperations().UseTurnOperations();
        devices(builder);
    });
}
