using Microsoft.Extensions.Logging;

namespace PlanForensics.Extensions;

internal static partial class ChatRecordingLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The chat call {RequestId} is not recorded; it goes on.")]
    public static partial void Failed(ILogger log, string requestId, Exception exception);
}
