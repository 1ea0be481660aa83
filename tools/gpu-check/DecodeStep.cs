using PlanForensics.Gpu;
using PlanForensics.Gpu.Devices;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.GpuCheck;

/// <summary>Decode steps of a Llama-shaped decoder as a replay runs them: values stay on the device, the greedy token comes back. Each run appends a position.</summary>
internal sealed class DecodeStep
{
    private const int Runs = 200;

    private static readonly int[] Token = [1];

    private readonly GpuReplayEngine _engine;
    private readonly ReplayModel _model;
    private readonly ReplayStep _step;

    /// <param name="device">The device.</param>
    /// <param name="sizes">The decoder's shape, and the positions in the cache.</param>
    /// <param name="format">Of weights and activations: fp32 or bf16. Sums are binary32.</param>
    public DecodeStep(GpuDevice device, CheckSizes sizes, NumericFormat format)
    {
        _engine = new GpuReplayEngine(device);
        _model = new ReplayModel(Model(Configuration(sizes), format));
        var gemm = new GemmPlan { Lanes = new LaneTree { Lanes = 32, Vector = format == NumericFormat.Fp32 ? 4 : 8 } };
        ExecutionPlan uniform = PlanCatalog.Uniform(gemm, format, NumericFormat.Fp32);
        NormPlan norm = PlanCatalog.BlockRmsNorm(1024, format);
        var attention = new AttentionPlan { Algorithm = AttentionAlgorithm.SplitKv, Splits = 4, Output = format };
        var plan = new ExecutionPlan(
        [
            .. uniform.Rules,
            .. ((OperatorRole[])[OperatorRole.AttentionNorm, OperatorRole.MlpNorm, OperatorRole.FinalNorm]).Select(role => new PlanRule(null, null, role, norm)),
            new PlanRule(null, null, OperatorRole.Attention, attention),
        ]);
        _step = new ReplayStep { Phase = ExecutionPhase.Decode, Plan = plan, Batch = [new SequenceTokens(Sequence(sizes.Context - 1), Token)], TokensOnly = true };
    }

    /// <summary>Runs a step; waits for its token.</summary>
    public void Run() => _engine.Run(_model, _step);

    private static ModelConfiguration Configuration(CheckSizes sizes) => new()
    {
        LayerCount = sizes.Layers, HiddenSize = sizes.Hidden, HeadCount = sizes.Heads, KeyValueHeadCount = sizes.KeyHeads, HeadDimension = sizes.Hidden / sizes.Heads,
        FeedForwardSize = sizes.FeedForward, VocabularySize = sizes.Vocabulary, ContextLength = sizes.Context + Runs, Norm = NormKind.Rms, NormEpsilon = 1e-5, Activation = ActivationKind.SiluGate,
        Position = PositionKind.Rope, HasTiedHead = true,
    };

    /// <summary>A model whose layers share the host's numbers; each has its own memory on the device.</summary>
    private static DecoderModel Model(ModelConfiguration configuration, NumericFormat format)
    {
        DecoderModel one = SyntheticModel.Create(configuration with { LayerCount = 1 }, 3, format);
        return new DecoderModel(
            configuration,
            DecoderTensors.Expected(configuration).Where(static tensor => tensor.Key.Role != OperatorRole.LmHead)
                .ToDictionary(static tensor => tensor.Key, tensor => one.Weight(tensor.Key.Role, Math.Min(tensor.Key.Layer, 0))!));
    }

    private ReplaySequence Sequence(int positions)
    {
        var sequence = new ReplaySequence(_model.Configuration);
        int width = _model.Configuration.KeyValueWidth;
        float[] values = new float[width + positions];
        var random = new Random(3);
        for (int index = 0; index < values.Length; index++)
            values[index] = Rounding.ToFormat(random.NextSingle() - 0.5f, NumericFormat.Bf16);
        for (int layer = 0; layer < _model.Configuration.LayerCount; layer++)
        {
            KeyValueCache cache = sequence.Layer(layer);
            for (int position = 0; position < positions; position++)
                cache.Append(values.AsSpan(position, width), values.AsSpan(positions - position - 1, width));
        }

        sequence.Advance(positions);
        return sequence;
    }
}
