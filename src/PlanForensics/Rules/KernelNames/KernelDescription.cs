using PlanForensics.Numerics;

namespace PlanForensics.Rules.KernelNames;

/// <summary>A partial plan: what a GPU kernel's name spells out about how it computes. What it does not say is null, never guessed.</summary>
public sealed record KernelDescription
{
    /// <summary>The family of a name that no grammar takes.</summary>
    public const string UnknownFamily = "unknown";

    /// <summary>The name as given.</summary>
    public required string Name { get; init; }

    /// <summary>The grammar that took the name, for example <c>nvjet</c>; docs/kernel-names.md lists them.</summary>
    public string Family { get; init; } = UnknownFamily;

    /// <summary>What the kernel computes.</summary>
    public KernelOperator? Operator { get; init; }

    /// <summary>Tile of a thread block.</summary>
    public KernelExtent? Tile { get; init; }

    /// <summary>Shape of one matrix instruction; K is the number of products summed at once.</summary>
    public KernelExtent? Instruction { get; init; }

    /// <summary>Stages of the copy pipeline.</summary>
    public int? Stages { get; init; }

    /// <summary>Blocks of a cluster.</summary>
    public KernelExtent? Cluster { get; init; }

    /// <summary>Whether, or in how many parts, K is split over blocks.</summary>
    public KernelSplit? SplitK { get; init; }

    /// <summary>Parts into which K is split inside a block (over warps).</summary>
    public int? SliceK { get; init; }

    /// <summary>Format that enters the products.</summary>
    public NumericFormat? OperandFormat { get; init; }

    /// <summary>Format of the accumulator.</summary>
    public NumericFormat? AccumulatorFormat { get; init; }

    /// <summary>Format of the stored result.</summary>
    public NumericFormat? OutputFormat { get; init; }

    /// <summary>Format in which partial results wait for their merge.</summary>
    public NumericFormat? WorkspaceFormat { get; init; }

    /// <summary>Layout of the operands, spelled as in the name.</summary>
    public string? Layout { get; init; }

    /// <summary>Architecture as the name says it: <c>sm90</c>, <c>ampere</c>, <c>gfx942</c>.</summary>
    public string? Architecture { get; init; }

    /// <summary>Whether a part of the name is visibly missing.</summary>
    public bool Truncated { get; init; }
}
