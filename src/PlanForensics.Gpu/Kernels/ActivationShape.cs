namespace PlanForensics.Gpu.Kernels;

/// <summary>The arithmetic of SwiGLU, as numbers of the plan's enumerations.</summary>
internal struct ActivationShape
{
    public int Math;
    public int Form;
    public int Steps;
    public int Intermediate;
    public int Output;
}
