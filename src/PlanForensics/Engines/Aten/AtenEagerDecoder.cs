using System.Collections.Concurrent;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Aten;

/// <summary>PyTorch's eager Llama-family decoder on a CPU: from a step's shape to the plan of every operator.</summary>
/// <remarks>
/// The decoder is the textbook one, one call an operation: RMSNorm of pow, mean, add, rsqrt and two products (in fp32, cast back before the weight), linear layers without bias, rope by
/// products with cos and sin and a sum, attention as <see cref="ComposedAttentionPlan"/>, silu and a product, residual sums. In bf16 every call rounds its output to bf16.
/// Source: ATen 1.13 (torch 1.13.1), checked against every recorded operator of whole incidents (docs/incidents.md). May be shared by threads.
/// </remarks>
public sealed class AtenEagerDecoder
{
    private readonly ConcurrentDictionary<AtenStep, ExecutionPlan> _plans = new();

    /// <summary>Creates the rule.</summary>
    /// <param name="backend">The kernels that run.</param>
    /// <param name="decoder">The decoder's sizes.</param>
    public AtenEagerDecoder(AtenBackend backend, AtenDecoder decoder)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(decoder);
        (Backend, Decoder) = (backend, decoder);
    }

    /// <summary>The kernels that run.</summary>
    public AtenBackend Backend { get; }

    /// <summary>The decoder's sizes.</summary>
    public AtenDecoder Decoder { get; }

    /// <summary>The plan of one step.</summary>
    /// <param name="step">The step's shape.</param>
    /// <returns>The plan; the same object for the same shape.</returns>
    /// <exception cref="PlanNotSupportedException">The library's rule declines a shape, with the reason.</exception>
    public ExecutionPlan PlanFor(AtenStep step) => _plans.GetOrAdd(step, Make);

    private ExecutionPlan Make(AtenStep step)
    {
        NumericFormat format = Decoder.Format;
        NormPlan norm = AtenRows.RmsNorm(Backend.Capability, format);
        var residual = new ResidualPlan { Output = format };
        int query = Decoder.Heads * Decoder.HeadDimension;
        int keyValue = Decoder.KeyValueHeads * Decoder.HeadDimension;
        return new ExecutionPlan(
        [
            Rule(OperatorRole.Embedding, residual),
            Rule(OperatorRole.AttentionNorm, norm),
            Rule(OperatorRole.QueryProjection, Linear(query, Decoder.Hidden)),
            Rule(OperatorRole.KeyProjection, Linear(keyValue, Decoder.Hidden)),
            Rule(OperatorRole.ValueProjection, Linear(keyValue, Decoder.Hidden)),
            Rule(OperatorRole.Rope, new RopePlan { Table = format, Product = format, Output = format }),
            Rule(OperatorRole.Attention, Attention(step)),
            Rule(OperatorRole.OutputProjection, Linear(Decoder.Hidden, query)),
            Rule(OperatorRole.AttentionResidual, residual),
            Rule(OperatorRole.MlpNorm, norm),
            Rule(OperatorRole.GateProjection, Linear(Decoder.FeedForward, Decoder.Hidden)),
            Rule(OperatorRole.UpProjection, Linear(Decoder.FeedForward, Decoder.Hidden)),
            Rule(OperatorRole.Activation, Silu(step)),
            Rule(OperatorRole.DownProjection, Linear(Decoder.Hidden, Decoder.FeedForward)),
            Rule(OperatorRole.MlpResidual, residual),
            Rule(OperatorRole.FinalNorm, norm),
            Rule(OperatorRole.LmHead, AtenMatrixProducts.Linear(Backend.Gemm, format, step.Batch, Decoder.Vocabulary, Decoder.Hidden, Backend.GemmThreads)),
            Rule(OperatorRole.Argmax, new ArgmaxPlan()),
        ]);

        OperatorPlan Linear(int outputs, int depth) => AtenMatrixProducts.Linear(Backend.Gemm, format, step.Rows, outputs, depth, Backend.GemmThreads);
    }

    private ComposedAttentionPlan Attention(AtenStep step)
    {
        NumericFormat format = Decoder.Format;
        int matrices = step.Batch * Decoder.Heads;

        // One key head repeated is a view without a copy. Rows and heads of such a view do not merge into one dimension, so torch.matmul copies the transposed keys: they no longer lie along K.
        bool keysLieAlongDepth = step.Batch == 1 || Decoder.KeyValueHeads > 1 || Decoder.Heads == 1;
        SoftmaxPlan softmax = AtenRows.Softmax(Backend.Capability);
        return new ComposedAttentionPlan
        {
            Scores = AtenMatrixProducts.Batched(
                Backend.Gemm, format, matrices, step.QueryLength, step.KeyLength, Decoder.HeadDimension, keysLieAlongDepth, Backend.GemmThreads),
            Values = AtenMatrixProducts.Batched(
                Backend.Gemm, format, matrices, step.QueryLength, Decoder.HeadDimension, step.KeyLength, transposed: false, Backend.GemmThreads),
            Sum = softmax.Sum,
            Math = softmax.Math,
            Divide = softmax.Divide,
            Scaled = format,
            Probabilities = format,
        };
    }

    /// <summary>
    /// Where the rows of one sequence hold nothing of the whole tensor's scalar tail the plan says so, and where they are the tensor the tail is theirs: the plan then does not depend on
    /// the batch that is around it, and can be substituted into another.
    /// </summary>
    private ActivationPlan Silu(AtenStep step)
    {
        ActivationPlan plan = AtenRows.Silu(Backend.Capability, Decoder.Format);
        if (plan.Block.Length == 0)
            return plan;
        long vectorised = (long)step.Rows * Decoder.FeedForward / plan.Block.Length * plan.Block.Length;
        if (vectorised >= ((long)step.FirstRow + step.QueryLength) * Decoder.FeedForward)
            return plan with { Block = default };
        return step.Rows == 1 ? plan with { Block = plan.Block with { OverTensor = false } } : plan;
    }

    private static PlanRule Rule(OperatorRole role, OperatorPlan plan) => new(null, null, role, plan);
}
