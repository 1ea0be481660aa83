using PlanForensics.Models;
using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>The programs that a step's operators run: what decides its bits, and by which plans fall into classes.</summary>
public static class StepPrograms
{
    /// <summary>The programs of one operator in a step of one sequence.</summary>
    /// <param name="node">The operator.</param>
    /// <param name="configuration">The decoder.</param>
    /// <param name="plan">The operator's plan.</param>
    /// <param name="extent">The step's rows and positions.</param>
    /// <returns>One program; attention, and an activation with a scalar loop, have one for each row, in order.</returns>
    /// <exception cref="PlanNotSupportedException">The plan does not run at this shape.</exception>
    public static IReadOnlyList<OperatorProgram> Of(DecoderOperator node, ModelConfiguration configuration, OperatorPlan plan, StepExtent extent)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(plan);
        if (node.IsGemm)
            return [Gemm(node, plan, node.Role == OperatorRole.LmHead ? 1 : extent.Rows, extent.BatchRows, node.Role == OperatorRole.LmHead ? extent.FirstSequence ?? extent.FirstRow : extent.FirstRow)];
        if (plan is ActivationPlan { Block.Length: > 0 } activation)
            return [.. Enumerable.Range(extent.FirstRow, extent.Rows).Select(row => activation.LowerRow(row, extent.BatchRows > 0 ? extent.BatchRows : extent.Rows, configuration.FeedForwardSize))];
        return [.. ShapesOf(node, configuration, plan, extent).Select(shape => LoweringCache.Lower(plan, shape))];
    }

    /// <summary>The shapes at which one operator's plan is lowered in a step of one sequence.</summary>
    /// <param name="node">The operator.</param>
    /// <param name="configuration">The decoder.</param>
    /// <param name="plan">The operator's plan.</param>
    /// <param name="extent">The step's rows and positions.</param>
    /// <returns>One shape; attention has one for each row, unless it is composed of matrix products.</returns>
    public static IEnumerable<OperatorShape> ShapesOf(DecoderOperator node, ModelConfiguration configuration, OperatorPlan plan, StepExtent extent)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(plan);
        return node.Role switch
        {
            OperatorRole.AttentionNorm or OperatorRole.MlpNorm or OperatorRole.FinalNorm => [Norm(configuration)],
            OperatorRole.Attention when plan is ComposedAttentionPlan => [Attention(configuration, extent.FirstPosition + extent.Rows, extent.Rows)],
            OperatorRole.Attention => Enumerable.Range(extent.FirstPosition + 1, extent.Rows).Select(keys => Attention(configuration, keys)),
            _ when node.IsGemm => [Gemm(node, node.Role == OperatorRole.LmHead ? 1 : extent.Rows, extent.BatchRows)],
            _ => [default],
        };
    }

    internal static OperatorShape Norm(ModelConfiguration configuration) => new(1, 1, configuration.HiddenSize);

    internal static OperatorShape Attention(ModelConfiguration configuration, int keys, int rows = 1) => new(rows, keys, configuration.HeadDimension);

    internal static GemmProgram Gemm(DecoderOperator node, OperatorPlan plan, int rows, int batchRows, int firstRow)
    {
        OperatorShape shape = Gemm(node, rows, batchRows);
        var program = (GemmProgram)LoweringCache.Lower(plan, shape);
        return program.Uniform is null && (shape.Rows != rows || firstRow != 0) ? program.ForRows(firstRow, rows) : program;
    }

    private static OperatorShape Gemm(DecoderOperator node, int rows, int batchRows) =>
        new(batchRows > 0 ? batchRows : rows, node.N!.Value, node.K!.Value, node.HasBias);
}
