using PlanForensics.Models;

namespace PlanForensics.Tests.Models;

/// <summary>Small decoders of both families; every size differs from every other, so that a swapped dimension shows.</summary>
internal static class TestConfigurations
{
    public static ModelConfiguration Llama { get; } = new()
    {
        Architecture = "LlamaForCausalLM",
        LayerCount = 2,
        HiddenSize = 12,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadDimension = 6,
        FeedForwardSize = 20,
        VocabularySize = 33,
        ContextLength = 16,
        Norm = NormKind.Rms,
        NormEpsilon = 1e-5,
        Activation = ActivationKind.SiluGate,
        Position = PositionKind.Rope,
        HasTiedHead = false,
    };

    public static ModelConfiguration Gpt2 { get; } = Llama with
    {
        Architecture = "GPT2LMHeadModel",
        KeyValueHeadCount = 4,
        HeadDimension = 3,
        Norm = NormKind.Layer,
        Activation = ActivationKind.GeluTanh,
        Position = PositionKind.Learned,
        HasTiedHead = true,
        HasAttentionBias = true,
        HasMlpBias = true,
    };
}
