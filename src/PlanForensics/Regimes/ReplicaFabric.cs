namespace PlanForensics.Regimes;

/// <summary>The fabric of one replica: samples of its last steps.</summary>
internal sealed class ReplicaFabric(int steps)
{
    public SampleWindow Inflation { get; } = new(steps);

    public SampleWindow Skew { get; } = new(steps);

    public SumWindow Retransmits { get; } = new(steps);

    public FabricRegime Regime { get; private set; }

    public FabricInputs Before { get; private set; }

    public bool HasBefore { get; private set; }

    public void NextStep()
    {
        Inflation.NextStep();
        Skew.NextStep();
        Retransmits.NextStep();
    }

    public FabricInputs Inputs(bool? hasCollective) => new()
    {
        HasCollective = hasCollective,
        InflationP50 = Inflation.Percentile(50),
        InflationP95 = Inflation.Percentile(95),
        InflationP99 = Inflation.Percentile(99),
        SkewP95 = Skew.Percentile(95),
        Retransmits = Retransmits.Mean,
    };

    public void Keep(FabricRegime regime, in FabricInputs inputs) => (Regime, Before, HasBefore) = (regime, inputs, true);
}
