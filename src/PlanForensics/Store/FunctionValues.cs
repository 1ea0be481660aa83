using SQLitePCL;

namespace PlanForensics.Store;

/// <summary>A row as the arguments of a function of SQL; valid while the function runs.</summary>
/// <param name="values">The arguments.</param>
internal readonly unsafe struct FunctionValues(nint* values) : IRowValues
{
    public bool IsNull(int column) => NativeValues.Type(values[column]) == raw.SQLITE_NULL;

    public long Int64(int column) => NativeValues.Int64(values[column]);

    public double Real(int column) => NativeValues.Double(values[column]);

    public ReadOnlySpan<byte> Bytes(int column) => NativeValues.Bytes(values[column]);
}
