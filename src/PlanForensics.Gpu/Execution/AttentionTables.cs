using ILGPU;
using PlanForensics.Gpu.Devices;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Execution;

/// <summary>The integers of attention programs on the device, in one upload: instructions, rows, parts, blocks, and the block of each key of the first row.</summary>
internal sealed class AttentionTables : IDisposable
{
    private readonly DeviceLease<int> _lease;

    public AttentionTables(GpuDevice device, params IReadOnlyList<AttentionProgram> programs)
    {
        Plan = new AttentionPlanTable(programs);
        int[] code = Plan.Code;
        int[] rows = Plan.Rows;
        int[] parts = Plan.Parts;
        int[] blocks = Plan.Blocks;
        RowsAt = code.Length;
        PartsAt = RowsAt + rows.Length;
        BlocksAt = PartsAt + parts.Length;
        BlockOfKeyAt = BlocksAt + blocks.Length;
        _lease = device.Memory.Rent<int>([.. code, .. rows, .. parts, .. blocks, .. Plan.BlockOfKey]);
    }

    public AttentionPlanTable Plan { get; }

    /// <summary>Where rows, parts, blocks and the blocks of keys begin; instructions are first.</summary>
    public int RowsAt { get; }

    public int PartsAt { get; }

    public int BlocksAt { get; }

    public int BlockOfKeyAt { get; }

    /// <summary>All of them.</summary>
    public ArrayView<int> View => _lease.View;

    public ArrayView<int> Rows => View.SubView(RowsAt, PartsAt - RowsAt);

    public ArrayView<int> Parts => View.SubView(PartsAt, BlocksAt - PartsAt);

    public ArrayView<int> Blocks => View.SubView(BlocksAt, BlockOfKeyAt - BlocksAt);

    public ArrayView<int> BlockOfKey => View.SubView(BlockOfKeyAt, Plan.BlockOfKey.Length);

    /// <inheritdoc/>
    public void Dispose() => _lease.Dispose();
}
