namespace PlanForensics.Kernels.Simd;

/// <summary>Running maximum and sum of one row of an online softmax.</summary>
internal readonly record struct SoftmaxState(float Largest, float Sum);
