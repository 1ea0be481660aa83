using FluentAssertions;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Numerics;

/// <summary>All 2^32 arguments against fp64 (the platform's functions, for erf a series), near midpoints against exact arithmetic.</summary>
public class PortableMathSweepTests
{
    public static TheoryData<string> Names => [.. PortableFunctions.All.Select(static f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Full_sweep(string name)
    {
        if (Environment.GetEnvironmentVariable("PLANFORENSICS_LONG") != "1")
            Assert.Skip("2^32 arguments take minutes: set PLANFORENSICS_LONG=1 to run");
        PortableFunctions function = PortableFunctions.Named(name);
        UlpError error = new();
        long wrongNaNs = 0;
        float[] arguments = new float[1 << 16];
        float[] results = new float[1 << 16];
        for (uint upper = 0; upper < 1 << 16; upper++)
        {
            for (uint lower = 0; lower < 1 << 16; lower++)
                arguments[lower] = Samples.Value((upper << 16) | lower);
            function.Span(arguments, results);
            for (int i = 0; i < arguments.Length; i++)
            {
                double reference = function.Quick(arguments[i]);
                if (double.IsNaN(reference))
                    wrongNaNs += Samples.Bits(results[i]) == 0x7FC0_0000 ? 0 : 1;
                else
                    error.AddDecided(arguments[i], results[i], reference, function.Oracle);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: max {error.Max:F9} ulp at 0x{Samples.Bits(error.WorstArgument):X8}, "
            + $"{error.NotCorrectlyRounded} of {error.Points} not correctly rounded");
        wrongNaNs.Should().Be(0);
        error.Max.Should().BeLessThan(0.5001, $"at 0x{Samples.Bits(error.WorstArgument):X8}");
    }
}
