namespace PlanForensics.Simulation.Batching;

/// <summary>How long a step takes: a roofline for compute, alpha and beta for collectives, and ranks that wait for the slowest.</summary>
/// <remarks>
/// compute = overhead + max(operations / F, bytes / B), operations = (2 Weights Rows + 4 Layers Heads HeadDimension AttendedPairs) / ranks, bytes = (Weights BytesPerValue + KeyValueBytesPerToken ContextTokens) / ranks;
/// comm = 2 Layers (alpha + 2 (ranks - 1) / ranks Rows Hidden BytesPerValue / beta), 0 with one rank. Rank r computes compute (1 + Jitter u), times the factor of a slow rank;
/// u is draw (seed, 8 + r, ordinal). Only +, x, /: the same on every machine.
/// </remarks>
internal sealed class StepTimes
{
    private readonly SimulationOptions _options;

    public StepTimes(SimulationOptions options)
    {
        _options = options;
        ComputeMs = new double[options.TensorParallel];
    }

    /// <summary>Each rank's own work in the last step.</summary>
    public double[] ComputeMs { get; }

    /// <summary>Transfer time of the last step's collectives.</summary>
    public double TransferMs { get; private set; }

    public double SlowestMs { get; private set; }

    public double FastestMs { get; private set; }

    public double StepMs => SlowestMs + TransferMs;

    /// <summary>Bytes that a rank's collectives of the last step reduced.</summary>
    public double CollectiveBytes { get; private set; }

    public void Set(StepLoad load, int ordinal, Func<int, double> slowRank, double slowFabric)
    {
        (ServedModel model, DeviceModel device, int ranks) = (_options.Model, _options.Device, _options.TensorParallel);
        double operations = ((2.0 * model.Weights * load.Rows) + (4.0 * model.Layers * model.Heads * model.HeadDimension * load.AttendedPairs)) / ranks;
        double bytes = (((double)model.Weights * model.BytesPerValue) + (model.KeyValueBytesPerToken * load.ContextTokens)) / ranks;
        double compute = 1000 * (device.StepOverheadSeconds + Math.Max(operations / device.OperationsPerSecond, bytes / device.BytesPerSecond));
        CollectiveBytes = ranks == 1 ? 0 : 2.0 * model.Layers * load.Rows * model.Hidden * model.BytesPerValue;
        TransferMs = ranks == 1 ? 0 : 1000 * slowFabric
            * ((2.0 * model.Layers * device.AllReduceSeconds) + (CollectiveBytes * (2.0 * (ranks - 1) / ranks) / device.LinkBytesPerSecond));
        (SlowestMs, FastestMs) = (0, double.MaxValue);
        for (int rank = 0; rank < ranks; rank++)
        {
            ComputeMs[rank] = compute * (1 + (_options.Jitter * Draws.Uniform(_options.Seed, 8 + rank, ordinal))) * slowRank(rank);
            SlowestMs = Math.Max(SlowestMs, ComputeMs[rank]);
            FastestMs = Math.Min(FastestMs, ComputeMs[rank]);
        }
    }
}
