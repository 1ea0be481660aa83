using System.Collections.Immutable;
using System.Globalization;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Rules.CublasLt;
using PlanForensics.Rules.Serving;
using PlanForensics.Simulation.Batching;

namespace PlanForensics.Simulation.Dispatch;

/// <summary>From a step's shape and memory to its plans: shape buckets with cuBLASLt answers for matrix products, the predicates of serving stacks for norms, attention and all-reduces.</summary>
/// <remarks>
/// A split product of M rows and N columns needs SPLITK_NUM x M x N x 4 bytes of workspace; where that is not free, or the planner declines the answer at this K, the number of slices is halved until it is
/// (1 needs none). Which bucket holds which answer is an assumption (<see cref="DefaultBuckets"/>), what an answer means is measured (<see cref="CublasLtProfiles"/>). May be shared by threads.
/// </remarks>
public sealed class DispatchRules
{
    private readonly ServedModel _model;
    private readonly DeviceModel _device;
    private readonly int _ranks;
    private readonly CublasLtProfile _profile;
    private readonly ImmutableArray<(OperatorRole Role, int Columns, int Depth)> _products;
    private readonly Dictionary<Variant, DispatchChoice> _choices = [];
    private readonly Lock _gate = new();

    /// <summary>Creates rules.</summary>
    /// <param name="model">The decoder: its products' N and K.</param>
    /// <param name="device">The device: multiprocessors.</param>
    /// <param name="ranks">Tensor-parallel ranks; columns of some products, terms of others are dealt out to them.</param>
    /// <param name="profile">The measured profile; null for <c>sm90_lt13_1</c>.</param>
    /// <param name="buckets">The heuristic's answers by rows; default <see cref="DefaultBuckets"/>.</param>
    /// <exception cref="ArgumentException">Buckets do not ascend, or the last one is bounded.</exception>
    public DispatchRules(ServedModel model, DeviceModel device, int ranks = 1, CublasLtProfile? profile = null, ImmutableArray<GemmBucket> buckets = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfLessThan(ranks, 1);
        Buckets = buckets.IsDefaultOrEmpty ? DefaultBuckets : buckets;
        for (int index = 0; index < Buckets.Length; index++)
            if (Buckets[index].MaximumRows is null != (index == Buckets.Length - 1) || (index > 0 && Buckets[index].MaximumRows <= Buckets[index - 1].MaximumRows))
                throw new ArgumentException("buckets ascend by rows, and the last one has no maximum", nameof(buckets));
        (_model, _device, _ranks, _profile) = (model, device, ranks, profile ?? CublasLtProfiles.Get("sm90_lt13_1"));
        int query = model.Heads * model.HeadDimension, keys = model.KeyValueHeads * model.HeadDimension;
        _products =
        [
            (OperatorRole.QueryProjection, Share(query), model.Hidden), (OperatorRole.KeyProjection, Share(keys), model.Hidden), (OperatorRole.ValueProjection, Share(keys), model.Hidden),
            (OperatorRole.OutputProjection, model.Hidden, Share(query)), (OperatorRole.GateProjection, Share(model.Intermediate), model.Hidden),
            (OperatorRole.UpProjection, Share(model.Intermediate), model.Hidden), (OperatorRole.DownProjection, model.Hidden, Share(model.Intermediate)),
            (OperatorRole.LmHead, Share(model.Vocabulary), model.Hidden),
        ];
    }

    /// <summary>
    /// Assumed answers for bf16 on sm_90, of the kind that its heuristic gives: nvjet with four slices up to 8 rows, two up to 32, none up to 256 and above (other tiles: another TILE_ID and no other bits).
    /// </summary>
    public static ImmutableArray<GemmBucket> DefaultBuckets { get; } =
    [
        new GemmBucket(8, Nvjet(4, 393)), new GemmBucket(32, Nvjet(2, 397)), new GemmBucket(256, Nvjet(1, 403)), new GemmBucket(null, Nvjet(1, 411)),
    ];

    /// <summary>The heuristic's answers by rows.</summary>
    public ImmutableArray<GemmBucket> Buckets { get; }

    /// <summary>Different choices made so far.</summary>
    public int ChoiceCount
    {
        get
        {
            lock (_gate)
                return _choices.Count;
        }
    }

    /// <summary>The choice for a step.</summary>
    /// <param name="facts">The step.</param>
    /// <returns>The choice; one object for all steps that choose alike.</returns>
    /// <exception cref="PlanNotSupportedException">The planner declines a product even without slices.</exception>
    public DispatchChoice Choose(StepFacts facts)
    {
        int bucket = 0;
        while (Buckets[bucket].MaximumRows is { } most && facts.Rows > most)
            bucket++;
        int wanted = Buckets[bucket].Config.Splits;
        ulong slices = 0;
        for (int product = 0; product < _products.Length; product++)
            slices = (slices << 8) | (uint)Math.Min(SlicesThatFit(_products[product].Columns, facts, wanted), 255);
        int parts = FlashAttention2Splits.Count(
            facts.Sequences, Share(_model.Heads), facts.LongestQuery, facts.LongestContext, _model.HeadDimension, _device.Multiprocessors);
        string? collective = _ranks == 1 ? null : CustomAllReduce.Choose((long)facts.Rows * _model.Hidden * _model.BytesPerValue, _ranks, NumericFormat.Bf16).Kernel;
        Variant variant = new(bucket, slices, facts.Rows < RmsNormBlockSize.FewTokens, parts, collective);
        lock (_gate)
        {
            if (!_choices.TryGetValue(variant, out DispatchChoice? choice))
                _choices.Add(variant, choice = Make(variant, facts.Rows, wanted));
            return choice;
        }
    }

    private static CublasLtConfig Nvjet(int splits, int tile) => CublasLtConfig.FromVector(66, tile, splits, splits > 1 ? 2 : 0, 0, 0, 35, 0, 1);

    private int Share(int extent) => Math.Max(extent / _ranks, 1);

    private static int SlicesThatFit(int columns, StepFacts facts, int wanted)
    {
        int slices = wanted;
        while (slices > 1 && (long)slices * facts.Rows * columns * sizeof(float) > facts.WorkspaceFreeBytes)
            slices /= 2;
        return slices;
    }

    private DispatchChoice Make(Variant variant, int rows, int wanted)
    {
        CublasLtConfig answer = Buckets[variant.Bucket].Config;
        List<PlanRule> rules = [];
        int fallbacks = 0;
        int widest = 0;
        CublasLtConfig ran = answer;
        for (int product = 0; product < _products.Length; product++)
        {
            (OperatorRole role, int columns, int depth) = _products[product];
            int slices = (int)((variant.Slices >> (8 * (_products.Length - 1 - product))) & 255);
            fallbacks += slices == wanted ? 0 : role == OperatorRole.LmHead ? 1 : _model.Layers;
            (GemmPlan plan, CublasLtConfig config) = Product(answer, rows, columns, depth, slices);
            rules.Add(new PlanRule(null, null, role, plan));
            if (columns > widest)
                (widest, ran) = (columns, config);
        }

        var norm = (NormPlan)RmsNormBlockSize.Choose(variant.FewTokens ? 1 : RmsNormBlockSize.FewTokens, _model.Hidden, NumericFormat.Bf16).Plan!;
        rules.AddRange([new(null, null, OperatorRole.AttentionNorm, norm), new(null, null, OperatorRole.MlpNorm, norm), new(null, null, OperatorRole.FinalNorm, norm)]);
        rules.Add(new PlanRule(null, null, OperatorRole.Attention, PlanCatalog.FlashAttention(
            ReductionStep.Dot(8, 24), FlashAttention2Splits.BlockKeys(_model.HeadDimension), variant.Parts)));
        string kernels = string.Create(CultureInfo.InvariantCulture,
            $"nvjet_splitk{ran.Splits}+rms_norm_{Math.Min(variant.FewTokens ? 1024 : 256, _model.Hidden)}+flash_attention_2_split{variant.Parts}{(variant.Collective is null ? "" : "+all_reduce_" + variant.Collective)}");
        string? collective = variant.Collective switch { "1stage" => "one_shot", "2stage" => "two_shot", _ => variant.Collective };
        return new DispatchChoice(kernels, PlanCatalog.Uniform(new GemmPlan(), NumericFormat.Bf16).With(rules), ran, collective, fallbacks);
    }

    private (GemmPlan Plan, CublasLtConfig Config) Product(CublasLtConfig answer, int rows, int columns, int depth, int slices)
    {
        while (true)
        {
            CublasLtConfig config = slices == answer.Splits ? answer : answer with { SplitKNumber = slices, ReductionScheme = slices > 1 ? answer.ReductionScheme : 0 };
            CublasLtDecision decision = CublasLtPlanner.Plan(_profile, rows, columns, depth, CublasLtKind.Bf16, config);
            if (decision.IsPlanned && CublasLtLowering.FindGemmPlan(decision.Plan, _profile, CublasLtKind.Bf16, depth, NumericFormat.Bf16) is { } plan)
                return (plan, config);
            if (slices == 1)
                throw new PlanNotSupportedException($"cublaslt {string.Join(',', config.AlgoId, config.StagesId, config.SplitKNumber)}", $"{rows} x {columns} x {depth}: {decision.Reason}");
            slices /= 2;
        }
    }

    private readonly record struct Variant(int Bucket, ulong Slices, bool FewTokens, int Parts, string? Collective);
}
