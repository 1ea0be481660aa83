namespace PlanForensics.Gpu.Tiles;

/// <summary>Four values that are loaded and stored in one access of 128 bits.</summary>
internal struct F4
{
    public float X;
    public float Y;
    public float Z;
    public float W;

    public static F4 Of(float value) => new() { X = value, Y = value, Z = value, W = value };
}
