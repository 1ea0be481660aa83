namespace PlanForensics.Probing;

/// <summary>How often a black box was called, by purpose.</summary>
/// <param name="Calibration">To find how many units can be counted.</param>
/// <param name="ClassMap">To tell outputs with different orders apart, and to see whether calls repeat.</param>
/// <param name="Tree">To recover the trees: the count that the literature reports.</param>
/// <param name="Arithmetic">To ask for fused products, precision, starts and flushing.</param>
/// <param name="Verification">To compare the finished answer with pairs it was not made from.</param>
public readonly record struct ProbeCalls(int Calibration, int ClassMap, int Tree, int Arithmetic, int Verification)
{
    /// <summary>All calls.</summary>
    public int Total => Calibration + ClassMap + Tree + Arithmetic + Verification;
}
