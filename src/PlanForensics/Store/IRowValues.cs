namespace PlanForensics.Store;

/// <summary>The values of a row as SQLite gives them: NULL is 0 and no bytes. Bytes are valid until the next row.</summary>
internal interface IRowValues
{
    bool IsNull(int column);

    long Int64(int column);

    double Real(int column);

    ReadOnlySpan<byte> Bytes(int column);
}
