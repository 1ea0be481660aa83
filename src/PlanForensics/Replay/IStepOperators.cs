using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>The operators of one step over values that stay where they are computed: a decoder runs through them in its graph's order, whatever machine they run on.</summary>
/// <remarks>What an operator gives is new; nothing that it reads is changed, but the sequences' caches by attention. A value reaches the host only when somebody asks for it.</remarks>
internal interface IStepOperators : IDisposable
{
    /// <summary>A value of the host: looked-up token rows, or a recorded one.</summary>
    StepValue Give(float[] values, NumericFormat format);

    /// <summary>Some rows of a value of as many rows as the step.</summary>
    StepValue TakeRows(StepValue x, ReadOnlySpan<int> rows, int width);

    StepValue Norm(DecoderOperator node, NormProgram program, NumericFormat output, StepValue x);

    StepValue Gemm(DecoderOperator node, GemmProgram program, int rows, StepValue a);

    /// <summary>Every row rotated by its position.</summary>
    StepValue Rotate(RopePlan plan, RopeTable table, StepValue heads);

    /// <summary>Appends keys and values to the rows' sequences and attends.</summary>
    StepValue Attend(DecoderOperator node, AttentionPlan plan, StepValue query, StepValue keys, StepValue values);

    /// <summary>The same by whole operators.</summary>
    StepValue AttendComposed(DecoderOperator node, ComposedAttentionPlan plan, StepValue query, StepValue keys, StepValue values);

    /// <summary>SwiGLU of two values, or GELU of one.</summary>
    StepValue Activate(DecoderOperator node, ActivationPlan plan, StepValue x, StepValue? up);

    StepValue Add(ResidualPlan plan, StepValue stream, StepValue x);

    /// <summary>The greedy token of each row.</summary>
    int[] Argmax(StepValue logits, int vocabulary, TieRule tie);
}
