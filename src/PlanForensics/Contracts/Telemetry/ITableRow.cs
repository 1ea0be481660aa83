namespace PlanForensics.Contracts.Telemetry;

/// <summary>One row; valid until the next is read.</summary>
public interface ITableRow
{
    /// <summary>A value as an integer.</summary>
    /// <param name="column">Index into the columns asked for.</param>
    /// <returns>The value; null where it is absent or no integer.</returns>
    long? Integer(int column);

    /// <summary>A value as text.</summary>
    /// <param name="column">Index into the columns asked for.</param>
    /// <returns>The value; null where it is absent.</returns>
    string? Text(int column);
}
