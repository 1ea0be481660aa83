using PlanForensics.Numerics;

namespace PlanForensics.Engines;

/// <summary>What decides how a library runs an operator over rows.</summary>
/// <param name="Rows">Rows, at least 1.</param>
/// <param name="Width">Values in a row, at least 1.</param>
public sealed record RowKey(long Rows, int Width)
{
    /// <summary>Rows.</summary>
    public long Rows { get; init; } = Rows >= 1 ? Rows : throw new ArgumentOutOfRangeException(nameof(Rows), Rows, "an operator has at least one row");

    /// <summary>Values in a row.</summary>
    public int Width { get; init; } = Width >= 1 ? Width : throw new ArgumentOutOfRangeException(nameof(Width), Width, "a row has at least one value");

    /// <summary>Threads that the library may use, at least 1; default 1.</summary>
    public int Threads { get; init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Threads), value, "threads are at least 1"); } = 1;

    /// <summary>Address of the first value modulo 16 bytes: 0, 4, 8 or 12; null when unknown.</summary>
    public int? AddressModulo16
    {
        get;
        init => field = value is null or 0 or 4 or 8 or 12 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "an fp32 address modulo 16 is 0, 4, 8 or 12");
    }

    /// <summary>Format of inputs and outputs: fp32 (default) or bf16.</summary>
    public NumericFormat Format { get; init; } = NumericFormat.Fp32;
}
