using Microsoft.Extensions.Logging;

namespace PlanForensics.Store;

/// <summary>What the recorder logs. Steps are not logged: spans and metrics tell them.</summary>
internal static partial class RecorderLog
{
    [LoggerMessage(1, LogLevel.Debug, "Recording request {RequestId} of model {Model}")]
    public static partial void Begun(ILogger logger, string requestId, string model);

    [LoggerMessage(2, LogLevel.Debug, "Request {RequestId} completed ({FinishReason}) with {DroppedSteps} dropped steps")]
    public static partial void Completed(ILogger logger, string requestId, string? finishReason, long droppedSteps);

    [LoggerMessage(3, LogLevel.Warning, "{Count} steps were dropped because the recorder's queue was full")]
    public static partial void Dropped(ILogger logger, long count);

    [LoggerMessage(4, LogLevel.Warning, "The store refused: {Reason}")]
    public static partial void Refused(ILogger logger, string reason);

    [LoggerMessage(5, LogLevel.Error, "Recorded steps cannot be written to {Path}")]
    public static partial void Failed(ILogger logger, Exception exception, string path);

    [LoggerMessage(6, LogLevel.Information, "Regime changed from {From} to {To} at step {StepIndex} of request {RequestId}")]
    public static partial void RegimeChanged(ILogger logger, string? from, string? to, int stepIndex, string requestId);
}
