using Microsoft.Extensions.Hosting;
using PlanForensics.Store;

namespace PlanForensics.Extensions;

/// <summary>Opens the recorder with the host. Whoever disposes the host's services flushes and closes it, after everything that records has stopped.</summary>
internal sealed class RecorderStart(Recorder recorder) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => recorder.Fault is { } fault ? Task.FromException(fault) : Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
