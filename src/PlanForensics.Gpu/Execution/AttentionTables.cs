using ILGPU;
using PlanForensics.Gpu.Devices;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Execution;

/// <summary>An attention program's integers on the device, in one upload.</summary>
internal sealed class AttentionTables : IDisposable
{
    private readonly DeviceLease<int> _lease;
    private readonly int _blocks;
    private readonly int _parts;
    private readonly int _blockOfKey;

    public AttentionTables(GpuDevice device, AttentionProgram program)
    {
        Plan = new AttentionPlanTable(program);
        int[] code = Plan.Code;
        int[] blocks = Plan.Blocks;
        int[] parts = Plan.Parts;
        (_blocks, _parts, _blockOfKey) = (code.Length, code.Length + blocks.Length, code.Length + blocks.Length + parts.Length);
        _lease = device.Memory.Rent<int>([.. code, .. blocks, .. parts, .. Plan.BlockOfKey]);
    }

    public AttentionPlanTable Plan { get; }

    public ArrayView<int> Code => _lease.View.SubView(0, _blocks);

    public ArrayView<int> Blocks => _lease.View.SubView(_blocks, _parts - _blocks);

    public ArrayView<int> Parts => _lease.View.SubView(_parts, _blockOfKey - _parts);

    public ArrayView<int> BlockOfKey => _lease.View.SubView(_blockOfKey, Plan.BlockOfKey.Length);

    /// <inheritdoc/>
    public void Dispose() => _lease.Dispose();
}
