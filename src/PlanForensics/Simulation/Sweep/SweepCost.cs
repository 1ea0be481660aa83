using PlanForensics.Plans;
using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Dispatch;

namespace PlanForensics.Simulation.Sweep;

/// <summary>Estimates what a pin costs a step on the served model and device. An estimate to order pins by, not a measurement.</summary>
/// <remarks>
/// A product of M x N x K in s slices fills o = min(1, s ceil(M / 64) ceil(N / 64) / multiprocessors) of the device and takes max(2 M N K / F, (N K + M (N + K)) b / B) / o; attention reads the contexts' keys and
/// values and fills min(1, sequences heads parts ceil(longest query / 64) / multiprocessors). A step is the overhead and the sum of these. fp32 takes F / 8 and doubles the bytes of activations and cache.
/// </remarks>
internal sealed class SweepCost(SimulationOptions options)
{
    private const int Tile = 64;
    private const double Fp32Slowdown = 8;
    private readonly DispatchRules _rules = new(options.Model, options.Device, options.TensorParallel);

    /// <summary>Mean over steps of the part by which the pin makes a step longer; may be negative.</summary>
    public double Of(SweepPin pin, IReadOnlyList<StepFacts> steps) => steps.Count == 0 ? 0 : steps.Average(facts => (Seconds(pin, facts) / Seconds(SweepPin.None, facts)) - 1);

    private double Seconds(SweepPin pin, StepFacts facts)
    {
        (ServedModel model, DeviceModel device, int ranks) = (options.Model, options.Device, options.TensorParallel);
        ExecutionPlan plan = pin.PlanFor(_rules, facts);
        double rows = Math.Max(facts.Rows, pin.PadRows);
        double speed = device.OperationsPerSecond / (pin.IsFp32 ? Fp32Slowdown : 1);
        double activation = model.BytesPerValue * (pin.IsFp32 ? 2 : 1);
        double seconds = device.StepOverheadSeconds;
        foreach ((OperatorRole role, double columns, double depth) in Products(model, ranks))
        {
            int slices = ((GemmPlan)plan.GetPlan(ExecutionPhase.Decode, 0, role)).SplitK;
            double fill = Math.Min(1, slices * Math.Ceiling(rows / Tile) * Math.Ceiling(columns / Tile) / device.Multiprocessors);
            double bytes = (columns * depth * model.BytesPerValue) + (rows * (columns + depth) * activation);
            seconds += (role == OperatorRole.LmHead ? 1 : model.Layers) * Math.Max(2 * rows * columns * depth / speed, bytes / device.BytesPerSecond) / fill;
        }

        int parts = plan.GetPlan(ExecutionPhase.Decode, 0, OperatorRole.Attention) is AttentionPlan attention ? attention.Splits : 1;
        double share = Math.Min(1, facts.Sequences * (double)model.Heads / ranks * parts * Math.Ceiling(facts.LongestQuery / (double)Tile) / device.Multiprocessors);
        double contexts = (double)facts.Sequences * facts.LongestContext * model.KeyValueBytesPerToken / ranks * (pin.IsFp32 ? 2 : 1);
        return seconds + (contexts / device.BytesPerSecond / share);
    }

    private static IEnumerable<(OperatorRole Role, double Columns, double Depth)> Products(ServedModel model, int ranks)
    {
        double query = (double)model.Heads * model.HeadDimension / ranks, keys = (double)model.KeyValueHeads * model.HeadDimension / ranks, inner = (double)model.Intermediate / ranks;
        yield return (OperatorRole.QueryProjection, query, model.Hidden);
        yield return (OperatorRole.KeyProjection, keys, model.Hidden);
        yield return (OperatorRole.ValueProjection, keys, model.Hidden);
        yield return (OperatorRole.OutputProjection, model.Hidden, query);
        yield return (OperatorRole.GateProjection, inner, model.Hidden);
        yield return (OperatorRole.UpProjection, inner, model.Hidden);
        yield return (OperatorRole.DownProjection, model.Hidden, inner);
        yield return (OperatorRole.LmHead, (double)model.Vocabulary / ranks, model.Hidden);
    }
}
