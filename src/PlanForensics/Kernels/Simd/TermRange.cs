namespace PlanForensics.Kernels.Simd;

/// <summary>Terms <c>Start, Start + Stride, ...</c>, <c>Count</c> of them.</summary>
internal readonly record struct TermRange(int Start, int Stride, int Count);
