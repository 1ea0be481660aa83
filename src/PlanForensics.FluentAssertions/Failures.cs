using FluentAssertions;
using FluentAssertions.Execution;

namespace PlanForensics.FluentAssertions;

/// <summary>Hands findings to FluentAssertions, which throws what the test framework knows or collects them in a scope.</summary>
internal static class Failures
{
    static Failures() => CurrentMSTest.Register();

    [CustomAssertion]
    public static void Report(string? message, string because, object[] becauseArgs) =>
        Execute.Assertion.BecauseOf(because, becauseArgs).ForCondition(message is null).FailWith(message ?? "");

    /// <summary>Asserts that there is a subject, and then what is said of it.</summary>
    [CustomAssertion]
    public static void Check<T>(T? subject, Func<T, string?> finding, string name, string because, object[] becauseArgs)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(becauseArgs);
        string? message = subject is null ? $"Expected {{context:{name}}} to be compared{{reason}}, but found <null>." : finding(subject);
        Report(message, because, becauseArgs);
    }
}
