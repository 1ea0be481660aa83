namespace PlanForensics.Numerics;

/// <summary>e^x. Beyond the limits of the clamp the rounded result is 0 or infinity.</summary>
internal readonly struct ExpFunction : IPortableFunction
{
    public static float LaneLimit => float.PositiveInfinity;

    public static T Apply<TLanes, T>(T x)
        where TLanes : struct, ILanes<T>
        where T : struct => PortableSteps.Exp<TLanes, T>(PortableSteps.Clamp<TLanes, T>(x, -110, 90));

    public static double Outside(float x) => FormatLimits.CanonicalNaN64;
}
