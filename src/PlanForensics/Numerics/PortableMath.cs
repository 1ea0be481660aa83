namespace PlanForensics.Numerics;

/// <summary>Transcendental functions from IEEE operations only. Interim version: the measured one replaces it.</summary>
public static class PortableMath
{
    /// <summary>e to the x.</summary>
    /// <param name="x">The exponent.</param>
    /// <returns>The power.</returns>
    public static float Exp(float x) => Power(x * 1.4426950408889634, x);

    /// <summary>2 to the x.</summary>
    /// <param name="x">The exponent.</param>
    /// <returns>The power.</returns>
    public static float Exp2(float x) => Power(x, x);

    /// <summary>1 / sqrt(x).</summary>
    /// <param name="x">The argument.</param>
    /// <returns>The inverse root.</returns>
    public static float Rsqrt(float x) => (float)(1.0 / Math.Sqrt(x));

    /// <summary>Hyperbolic tangent.</summary>
    /// <param name="x">The argument.</param>
    /// <returns>The tangent.</returns>
    public static float Tanh(float x)
    {
        if (float.IsNaN(x))
            return x;
        double e = PowerWide(Math.Clamp(x, -20f, 20f) * 2 * 1.4426950408889634);
        return (float)((e - 1) / (e + 1));
    }

    private static float Power(double exponent, float x)
    {
        if (float.IsNaN(x))
            return x;
        return exponent > 200 ? float.PositiveInfinity : exponent < -200 ? 0 : (float)PowerWide(exponent);
    }

    private static double PowerWide(double exponent)
    {
        double whole = Math.Round(exponent);
        double t = (exponent - whole) * 0.6931471805599453;
        double sum = 1;
        for (int n = 14; n >= 1; n--)
            sum = 1 + (t / n * sum);
        return Math.ScaleB(sum, (int)whole);
    }
}
