using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PlanForensics.Store;

namespace PlanForensics.Extensions;

/// <summary>Puts recording into an <see cref="IChatClient"/> pipeline.</summary>
public static class ChatPipeline
{
    /// <summary>Records the effective request of every call. Clients added after this one are inside it: add it last, so that it sees what is sent.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="recorder">Takes the requests; null for the one that <see cref="RecordingServices.AddPlanForensics"/> registered.</param>
    /// <returns>The pipeline.</returns>
    /// <exception cref="InvalidOperationException">When it is built: there is no recorder.</exception>
    /// <example><code>
    /// services.AddChatClient(client).UsePlanForensics();
    /// </code></example>
    public static ChatClientBuilder UsePlanForensics(this ChatClientBuilder builder, ChatRecordingOptions? options = null, Recorder? recorder = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Use((inner, services) => new RecordingChatClient(
            inner,
            recorder ?? services.GetService<Recorder>()
                ?? throw new InvalidOperationException("UsePlanForensics found no recorder: register one by services.AddPlanForensics(...), or give one"),
            options,
            services.GetService<ILoggerFactory>()));
    }
}
