using Xunit;

namespace PlanForensics.Tests.Reporting;

/// <summary>One browser for all tests of a class; none where this machine has none.</summary>
public sealed class ChromiumFixture : IAsyncLifetime
{
    internal ChromiumBrowser? Browser { get; private set; }

    public async ValueTask InitializeAsync() => Browser = ChromiumBrowser.Path is null ? null : await ChromiumBrowser.StartAsync();

    public ValueTask DisposeAsync()
    {
        Browser?.Dispose();
        return ValueTask.CompletedTask;
    }
}
