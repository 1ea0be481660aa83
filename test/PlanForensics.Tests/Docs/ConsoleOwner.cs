using Xunit;

namespace PlanForensics.Tests.Docs;

/// <summary>Tests that set the process's console run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ConsoleOwner
{
    public const string Name = "tests that own the console";
}
