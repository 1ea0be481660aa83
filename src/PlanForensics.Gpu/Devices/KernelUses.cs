namespace PlanForensics.Gpu.Devices;

/// <summary>Which kernels ran, counted while the device's gate is held.</summary>
internal sealed class KernelUses
{
    private readonly Dictionary<(string Kernel, string Reason), long> _counts = [];

    public void Add(string kernel, string reason = "") => _counts[(kernel, reason)] = _counts.GetValueOrDefault((kernel, reason)) + 1;

    public IReadOnlyList<KernelUse> ToList() =>
        [.. _counts.Select(static entry => new KernelUse(entry.Key.Kernel, entry.Key.Reason, entry.Value)).OrderBy(static use => use.Kernel, StringComparer.Ordinal).ThenBy(static use => use.Reason, StringComparer.Ordinal)];
}
