namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>How many warps share a tile; each owns 64 rows of 32 columns.</summary>
internal interface IUnitTile
{
    static abstract int WarpsM { get; }

    static abstract int WarpsN { get; }
}
