using Xunit;

namespace PlanForensics.Tests.Readme;

/// <summary>Samples are built by running them; two at a time would build the library twice into one folder.</summary>
[CollectionDefinition(Name)]
public sealed class SampleBuilds
{
    public const string Name = "samples that are built one after the other";
}
