using PlanForensics.Cli.Commands;
using PlanForensics.Cli.Tokenizers;
using PlanForensics.Contracts;
using PlanForensics.Gpu.Devices;
using PlanForensics.Replay;

namespace PlanForensics.Cli.Json;

/// <summary><c>replay --json</c>: side A is the recording, side B the replay.</summary>
internal sealed record ReplayDocument
{
    public required string RequestId { get; init; }

    public required string Schedule { get; init; }

    public required string Engine { get; init; }

    /// <summary>On a device: the kernels that its products ran in, and why no more specialised one was taken.</summary>
    public required IReadOnlyList<KernelUse>? Kernels { get; init; }

    public required string? SavedAs { get; init; }

    public required string Verdict { get; init; }

    public required int BitwiseEqualCount { get; init; }

    public required int DifferentCount { get; init; }

    public required int UndecidableCount { get; init; }

    public required TokenFlipDocument? FirstFlip { get; init; }

    public required IReadOnlyList<StepDiffDocument> Steps { get; init; }

    public static ReplayDocument Of(
        ExecutionContract recorded, PlanSchedule schedule, EngineLease lease, ReplayAgreement agreement, string? savedAs, ModelTokenizer tokenizer) => new()
        {
            RequestId = recorded.RequestId,
            Schedule = schedule.Name,
            Engine = lease.Engine.Name,
            Kernels = lease.Device?.KernelUses,
            SavedAs = savedAs,
            Verdict = EqualityDocument.NameOf(agreement.Verdict),
            BitwiseEqualCount = agreement.EqualCount,
            DifferentCount = agreement.DifferentCount,
            UndecidableCount = agreement.UndecidableCount,
            FirstFlip = TokenFlipDocument.Of(agreement.FirstFlip, tokenizer),
            Steps = [.. agreement.Steps.Select(step => StepDiffDocument.Of(step, tokenizer))],
        };
}
