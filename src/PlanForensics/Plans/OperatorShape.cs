namespace PlanForensics.Plans;

/// <summary>The shape an operator plan is lowered for.</summary>
/// <param name="Rows">GEMM: M. Norm, activation, residual: rows. Attention: query positions.</param>
/// <param name="Columns">GEMM: N. Attention: key/value positions that the last query sees. Norm: 1.</param>
/// <param name="Depth">GEMM: K. Norm: width of a row. Attention: head dimension.</param>
/// <param name="HasBias">GEMM: whether a bias is added.</param>
public readonly record struct OperatorShape(int Rows, int Columns, int Depth, bool HasBias = false);
