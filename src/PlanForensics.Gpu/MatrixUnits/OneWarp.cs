namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>64 x 32 outputs by one warp: for the CPU device, where each thread of a group costs.</summary>
internal readonly struct OneWarp : IUnitTile
{
    public static int WarpsM => 1;

    public static int WarpsN => 1;
}
