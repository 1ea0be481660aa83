using Microsoft.Extensions.AI;
using PlanForensics.Contracts;

namespace PlanForensics.Extensions;

/// <summary>How <see cref="RecordingChatClient"/> records.</summary>
public sealed record ChatRecordingOptions
{
    /// <summary>Names a request, uniquely in the store. Default: <c>chat-</c> and 32 hexadecimal digits.</summary>
    public Func<string> RequestIds { get; init; } = () => $"chat-{Guid.NewGuid():N}";

    /// <summary>The model in the contracts, where the inner client does not say it (<see cref="ChatRecording.Model"/>). Default: null, the model id of the call or of the client.</summary>
    public ModelIdentity? Model { get; init; }

    /// <summary>The replica that serves; default null, not known.</summary>
    public string? Replica { get; init; }

    /// <summary>Changes what is recorded of x, last of all: to leave out text, or to replace it by a keyed hash. Default: null, everything is recorded.</summary>
    public Func<EffectiveRequest, EffectiveRequest>? Redact { get; init; }

    /// <summary>Whether a failure to record fails the call; default false: it is logged, and the call goes on unrecorded.</summary>
    public bool FailsWithRecorder { get; init; }

    /// <summary>What the messages are as text, where the inner client does not say it: default each as <c>role: text</c>, separated by line feeds.</summary>
    public Func<IEnumerable<ChatMessage>, string> Render { get; init; } = messages => string.Join('\n', messages.Select(message => $"{message.Role}: {message.Text}"));
}
