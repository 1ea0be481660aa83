using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using FluentAssertions.Common;

namespace PlanForensics.FluentAssertions;

/// <summary>
/// FluentAssertions 7 looks for MSTest under the assembly name that it had up to version 3; under MSTest 4 it throws an exception of its own. This hands failures to MSTest 4 as its own, unless the
/// test project has chosen what to throw.
/// </summary>
internal static class CurrentMSTest
{
    private const string FrameworkName = "MSTest.TestFramework";
    private const string FormerName = "Microsoft.VisualStudio.TestPlatform.TestFramework";

    public static void Register()
    {
        Assembly[] loaded = AppDomain.CurrentDomain.GetAssemblies();
        if (Services.ThrowException?.Method.DeclaringType?.Assembly != typeof(Services).Assembly || loaded.Any(assembly => assembly.GetName().Name == FormerName))
            return;
        if (loaded.FirstOrDefault(assembly => assembly.GetName().Name == FrameworkName)?.GetType("Microsoft.VisualStudio.TestTools.UnitTesting.AssertFailedException") is { } failure)
            Services.ThrowException = message => Throw(failure, message);
    }

    [DoesNotReturn]
    private static void Throw(Type failure, string message) => throw (Exception)Activator.CreateInstance(failure, message)!;
}
