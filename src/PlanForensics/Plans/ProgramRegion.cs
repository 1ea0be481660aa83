namespace PlanForensics.Plans;

/// <summary>A rectangle of an output and the program of its elements.</summary>
/// <param name="RowStart">First row, 0-based.</param>
/// <param name="RowCount">Rows.</param>
/// <param name="ColumnStart">First column, 0-based.</param>
/// <param name="ColumnCount">Columns.</param>
/// <param name="Program">The program of every element in the rectangle.</param>
public sealed record ProgramRegion(int RowStart, int RowCount, int ColumnStart, int ColumnCount, ReductionProgram Program);
