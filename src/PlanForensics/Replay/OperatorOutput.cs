using PlanForensics.Models;
using PlanForensics.Numerics;

namespace PlanForensics.Replay;

/// <summary>One operator's output in a step.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="ValueName">The value's name in the graph, for example <c>l2.down_proj</c>.</param>
/// <param name="Values">(rows, width) values; must not be changed.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Format">Format in which the values are stored.</param>
public readonly record struct OperatorOutput(DecoderOperator Operator, string ValueName, ReadOnlyMemory<float> Values, int Rows, NumericFormat Format);
