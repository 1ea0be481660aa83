using PlanForensics.Contracts;

namespace PlanForensics.Incidents;

/// <summary>One call of the recorded engine in a step's sequence.</summary>
/// <param name="Output">Name of the value it makes.</param>
/// <param name="Kind">Kind of call, for example <c>linear</c>, <c>softmax</c>, <c>matmul_qk</c>; <c>input</c> for values that are given.</param>
/// <param name="Inputs">Names of the values it reads; <c>W:NAME</c> is a tensor of the model.</param>
/// <param name="Call">The engine's call as text.</param>
/// <param name="Scalar">The number that a scalar operation adds or multiplies by, or null.</param>
public sealed record IncidentOperation(string Output, string Kind, ValueList<string> Inputs, string Call, double? Scalar);
