namespace PlanForensics.Gpu.Devices;

/// <summary>A kernel that matrix products or attention ran in since a device was opened. The choice never shows in a bit.</summary>
/// <param name="Kernel">What ran: <c>tiles</c>, <c>turnstile</c>, <c>workspace and second kernel</c>, <c>warps</c>, <c>matrix units</c> or <c>interpreter</c>; <c>fused attention</c> or <c>staged attention</c>.</param>
/// <param name="Reason">Why a more specialised kernel for the same program was not taken; empty where there is none.</param>
/// <param name="Products">Products that it ran; of attention, launches: all query rows of a sequence together, or one by one.</param>
public sealed record KernelUse(string Kernel, string Reason, long Products);
