using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PlanForensics.Store;

namespace PlanForensics.Extensions;

/// <summary>Registers a recorder with a host.</summary>
public static class RecordingServices
{
    /// <summary>The category of the recorder's log.</summary>
    public const string LogCategory = "PlanForensics.Recorder";

    /// <summary>
    /// Registers one <see cref="Recorder"/> for the whole host. It is opened when the host starts, so that a store that cannot be written keeps the server from starting rather than a request from being answered, and
    /// flushed and closed after the host has stopped.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="storePath">The store's file; it is made where there is none.</param>
    /// <param name="whenFull">What to do with a step when the queue is full: drop it and count, or let the serving thread wait.</param>
    /// <param name="configure">Changes the recorder's options; null for the defaults. They log to the host, and take its <see cref="TimeProvider"/> where one is registered.</param>
    /// <returns>The services.</returns>
    /// <exception cref="InvalidOperationException">A recorder was registered before: two would write under one name.</exception>
    /// <example><code>
    /// builder.Services.AddPlanForensics("serving.db", QueueFullPolicy.DropAndCount);
    /// </code></example>
    public static IServiceCollection AddPlanForensics(
        this IServiceCollection services, string storePath, QueueFullPolicy whenFull, Func<RecorderOptions, RecorderOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(storePath);
        if (services.Any(service => service.ServiceType == typeof(Recorder)))
            throw new InvalidOperationException("a recorder is registered already; call AddPlanForensics once, and share the recorder");
        services.AddSingleton(provider => Recorder.Start(storePath, OptionsOf(provider, whenFull, configure)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RecorderStart>());
        return services;
    }

    private static RecorderOptions OptionsOf(IServiceProvider provider, QueueFullPolicy whenFull, Func<RecorderOptions, RecorderOptions>? configure)
    {
        var options = new RecorderOptions
        {
            WhenFull = whenFull,
            Clock = provider.GetService<TimeProvider>() ?? TimeProvider.System,
            Logger = provider.GetService<ILoggerFactory>()?.CreateLogger(LogCategory),
        };
        return configure is null ? options : configure(options) ?? throw new InvalidOperationException("the options of the recorder were configured to null");
    }
}
