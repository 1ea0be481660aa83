namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>128 x 128 outputs by 256 threads: for GPUs.</summary>
internal readonly struct EightWarps : IUnitTile
{
    public static int WarpsM => 2;

    public static int WarpsN => 4;
}
