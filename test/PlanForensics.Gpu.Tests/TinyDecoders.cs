using CsCheck;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Gpu.Tests;

/// <summary>Small decoders of every kind, and plans for them.</summary>
internal static class TinyDecoders
{
    public static ModelConfiguration Llama(int layers, int heads = 4, int keyHeads = 2, int dimension = 8) => new()
    {
        LayerCount = layers, HiddenSize = heads * dimension, HeadCount = heads, KeyValueHeadCount = keyHeads, HeadDimension = dimension, FeedForwardSize = 40, VocabularySize = 50, ContextLength = 200,
        Norm = NormKind.Rms, NormEpsilon = 1e-5, Activation = ActivationKind.SiluGate, Position = PositionKind.Rope, HasTiedHead = false,
    };

    public static ModelConfiguration Gpt2(int layers) => Llama(layers, keyHeads: 4) with
    {
        Norm = NormKind.Layer, Activation = ActivationKind.GeluTanh, Position = PositionKind.Learned, HasAttentionBias = true, HasMlpBias = true, HasTiedHead = true,
    };

    /// <summary>A decoder and a plan that gives each role one of the catalogue's.</summary>
    public static readonly Gen<(ReplayModel Model, ExecutionPlan Plan)> Any = Gen.Select(Gen.Int[0, 1], Gen.Int[1, 2], Gen.Int[1, 3], Gen.Int[0, 2], Gen.Int[0, 99999]).Select((kind, layers, keyHeads, format, seed) =>
    {
        ModelConfiguration configuration = kind == 0 ? Llama(layers, heads: 2 * keyHeads, keyHeads) : Gpt2(layers);
        NumericFormat weights = new[] { NumericFormat.Fp32, NumericFormat.Bf16, NumericFormat.Fp16 }[format];
        return (new ReplayModel(SyntheticModel.Create(configuration, (ulong)seed, weights)), Plan(new Random(seed), seed % 2 == 0 ? NumericFormat.Bf16 : NumericFormat.Fp32));
    });

    private static ExecutionPlan Plan(Random random, NumericFormat activations)
    {
        ExecutionPlan uniform = PlanCatalog.Uniform(PlanCatalog.Gemms["sequential_fma"], activations, NumericFormat.Fp32);
        var rules = new List<PlanRule>(uniform.Rules);
        foreach (OperatorRole role in Enum.GetValues<OperatorRole>())
        {
            if (OperatorRoles.IsGemm(role))
                rules.Add(new PlanRule(null, null, role, Pick(random, PlanCatalog.Gemms) with { Output = role == OperatorRole.LmHead ? NumericFormat.Fp32 : activations }));
            else if (role is OperatorRole.AttentionNorm or OperatorRole.MlpNorm or OperatorRole.FinalNorm)
                rules.Add(new PlanRule(null, null, role, Pick(random, PlanCatalog.Norms)));
            else if (role == OperatorRole.Attention)
                rules.Add(new PlanRule(null, null, role, Pick(random, PlanCatalog.Attentions)));
        }

        return new ExecutionPlan([.. rules]);
    }

    private static T Pick<T>(Random random, IReadOnlyDictionary<string, T> plans) => plans[plans.Keys.Order(StringComparer.Ordinal).ElementAt(random.Next(plans.Count))];
}
