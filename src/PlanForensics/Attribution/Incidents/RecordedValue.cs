namespace PlanForensics.Attribution.Incidents;

/// <summary>A recorded tensor as binary32 values, with its shape as stored.</summary>
/// <param name="Values">Row-major values.</param>
/// <param name="Shape">Dimensions.</param>
internal sealed record RecordedValue(float[] Values, int[] Shape)
{
    /// <summary>The last dimension.</summary>
    public int Width => Shape.Length == 0 ? 1 : Shape[^1];

    /// <summary>Elements divided by the last dimension.</summary>
    public int Rows => Width == 0 ? 0 : Values.Length / Width;
}
