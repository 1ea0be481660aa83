using FluentAssertions;
using PlanForensics.Models;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Models;

public sealed class DecoderGraphTests
{
    [Fact]
    public void A_llama_is_laid_out_in_the_order_in_which_it_runs()
    {
        DecoderGraph graph = new(TestConfigurations.Llama with { LayerCount = 1 });
        graph.ToString().Should().Be(
            """
            embedding: tokens -> embedding
            layer 0 attention_norm: embedding -> l0.attention_norm
            layer 0 q_proj [N 24, K 12]: l0.attention_norm -> l0.q_proj
            layer 0 k_proj [N 12, K 12]: l0.attention_norm -> l0.k_proj
            layer 0 v_proj [N 12, K 12]: l0.attention_norm -> l0.v_proj
            layer 0 rope: l0.q_proj, l0.k_proj, positions -> l0.rope_q, l0.rope_k
            layer 0 attention: l0.rope_q, l0.rope_k, l0.v_proj, kv_cache -> l0.attention
            layer 0 o_proj [N 12, K 24]: l0.attention -> l0.o_proj
            layer 0 attention_residual: embedding, l0.o_proj -> l0.attention_residual
            layer 0 mlp_norm: l0.attention_residual -> l0.mlp_norm
            layer 0 gate_proj [N 20, K 12]: l0.mlp_norm -> l0.gate_proj
            layer 0 up_proj [N 20, K 12]: l0.mlp_norm -> l0.up_proj
            layer 0 activation: l0.gate_proj, l0.up_proj -> l0.activation
            layer 0 down_proj [N 12, K 20]: l0.activation -> l0.down_proj
            layer 0 mlp_residual: l0.attention_residual, l0.down_proj -> l0.mlp_residual
            final_norm: l0.mlp_residual -> final_norm
            lm_head [N 33, K 12]: final_norm -> logits
            argmax: logits -> token
            """);
    }

    [Fact]
    public void A_gpt2_adds_positions_and_has_neither_rope_nor_gate()
    {
        DecoderGraph graph = new(TestConfigurations.Gpt2);
        graph.Find(OperatorRole.PositionAdd, -1)!.Outputs.Should().Equal("position_add");
        graph.Find(OperatorRole.AttentionNorm, 0)!.Inputs.Should().Equal("position_add");
        graph.Find(OperatorRole.Rope, 0).Should().BeNull();
        graph.Find(OperatorRole.GateProjection, 1).Should().BeNull();
        graph.Find(OperatorRole.DownProjection, 1)!.ToString().Should().Be("layer 1 down_proj [N 12, K 20, bias]: l1.activation -> l1.down_proj");
        graph.Find(OperatorRole.Attention, 1)!.Inputs.Should().Equal("l1.q_proj", "l1.k_proj", "l1.v_proj", "kv_cache");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_input_is_made_before_it_is_read_and_every_gemm_has_its_weight(bool isGpt2)
    {
        ModelConfiguration configuration = isGpt2 ? TestConfigurations.Gpt2 : TestConfigurations.Llama;
        DecoderGraph graph = new(configuration);
        DecoderModel model = SyntheticModel.Create(configuration, 1);
        HashSet<string> made = ["tokens", "positions", "kv_cache"];
        foreach (DecoderOperator step in graph.Operators)
        {
            step.Inputs.Should().OnlyContain(name => made.Contains(name));
            step.Outputs.Should().OnlyContain(name => made.Add(name));
            if (step.IsGemm)
                model.Weight(step.Role, step.Layer)!.Shape.ToArray().Should().Equal(step.N!.Value, step.K!.Value);
            if (step.IsGemm && step.HasBias)
                model.Bias(step.Role, step.Layer)!.Shape.ToArray().Should().Equal([step.N!.Value]);
            else if (step.IsGemm)
                model.Bias(step.Role, step.Layer).Should().BeNull();
        }

        graph.Operators.Select(o => o.Name).Should().OnlyHaveUniqueItems();
        graph.Operators[^1].Outputs.Should().Equal("token");
    }

    [Fact]
    public void A_configuration_that_contradicts_itself_is_no_graph()
    {
        FluentActions.Invoking(() => new DecoderGraph(TestConfigurations.Llama with { KeyValueHeadCount = 3 })).Should().Throw<ArgumentException>().WithMessage("*head count 4*");
        FluentActions.Invoking(() => TestConfigurations.Llama with { LayerCount = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => TestConfigurations.Llama with { NormEpsilon = double.NaN }).Should().Throw<ArgumentOutOfRangeException>();
    }
}
