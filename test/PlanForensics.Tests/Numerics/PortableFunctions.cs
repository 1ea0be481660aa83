using PlanForensics.Numerics;

namespace PlanForensics.Tests.Numerics;

/// <summary>The functions under test with their oracles, quick references and the range in which they are interesting.</summary>
internal sealed record PortableFunctions(
    string Name,
    Func<float, float> Scalar,
    PortableFunctions.SpanForm Span,
    PortableFunctions.WidthForm AtWidth,
    Func<double, (double High, double Low)> Oracle,
    Func<double, double> Quick,
    float Low,
    float High)
{
    public static readonly PortableFunctions[] All =
    [
        new("Exp", PortableMath.Exp, PortableMath.Exp, PortableKernel.Run<ExpFunction>, FixedPointOracle.Exp, Math.Exp, -104.5f, 89f),
        new("Exp2", PortableMath.Exp2, PortableMath.Exp2, PortableKernel.Run<Exp2Function>, FixedPointOracle.Exp2, static x => Math.Pow(2, x), -151f, 128.5f),
        new("Log", PortableMath.Log, PortableMath.Log, PortableKernel.Run<LogFunction>, FixedPointOracle.Log, Math.Log, 1.2e-45f, 10f),
        new("Rsqrt", PortableMath.Rsqrt, PortableMath.Rsqrt, PortableKernel.Run<RsqrtFunction>, FixedPointOracle.Rsqrt,
            static x => 1 / Math.Sqrt(x), 1.2e-45f, 10f),
        new("Sin", PortableMath.Sin, PortableMath.Sin, PortableKernel.Run<SinFunction>, FixedPointOracle.Sin, Math.Sin, -100f, 100f),
        new("Cos", PortableMath.Cos, PortableMath.Cos, PortableKernel.Run<CosFunction>, FixedPointOracle.Cos, Math.Cos, -100f, 100f),
        new("Tanh", PortableMath.Tanh, PortableMath.Tanh, PortableKernel.Run<TanhFunction>, FixedPointOracle.Tanh, Math.Tanh, -10f, 10f),
        new("Erf", PortableMath.Erf, PortableMath.Erf, PortableKernel.Run<ErfFunction>, FixedPointOracle.Erf, QuickErf, -4.5f, 4.5f),
    ];

    public delegate void SpanForm(ReadOnlySpan<float> source, Span<float> destination);

    public delegate void WidthForm(ReadOnlySpan<float> source, Span<float> destination, int width);

    public bool TakesPositivesOnly => Name is "Log" or "Rsqrt";

    public static PortableFunctions Named(string name) => All.Single(f => f.Name == name);

    // erf x = 2/sqrt(pi) e^(-x^2) (x + 2 x^3/3 + 4 x^5/15 + ...): every term of one sign, so fp64 loses little.
    private static double QuickErf(double x)
    {
        if (Math.Abs(x) > 6)
            return Math.Sign(x);
        double term = x;
        double sum = x;
        for (int n = 1; Math.Abs(term) > Math.Abs(sum) * 1e-18; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return sum * Math.Exp(-x * x) * 1.1283791670955126;
    }
}
