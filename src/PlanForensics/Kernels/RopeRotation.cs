using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels;

/// <summary>The cosines and sines of one position of a rotary embedding, as <see cref="RopePlan"/> states them.</summary>
internal static class RopeRotation
{
    /// <summary>Fills as many pairs as there are places.</summary>
    public static void Fill(RopePlan plan, float theta, float frequencyScale, int position, Span<float> cosine, Span<float> sine)
    {
        bool isGlibc = plan.Math == MathPath.Glibc;
        int pairs = cosine.Length;
        float step = Power(isGlibc, theta, -2f / (2 * pairs));
        float running = position;
        for (int pair = 0; pair < pairs; pair++)
        {
            float angle = plan.Angles == RopeAngles.Recurrence ? running : position * (1 / Power(isGlibc, theta, 2f * pair / (2 * pairs)));
            angle *= frequencyScale;
            cosine[pair] = Rounding.ToFormat(isGlibc ? GlibcMath.Cos(angle) : PortableMath.Cos(angle), plan.Table);
            sine[pair] = Rounding.ToFormat(isGlibc ? GlibcMath.Sin(angle) : PortableMath.Sin(angle), plan.Table);
            running *= step;
        }
    }

    private static float Power(bool isGlibc, float x, float y) => isGlibc ? GlibcMath.Pow(x, y) : PortableMath.Pow(x, y);
}
