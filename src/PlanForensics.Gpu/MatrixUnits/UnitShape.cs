namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>A product on matrix units: sizes and what happens to a finished sum.</summary>
internal struct UnitShape
{
    /// <summary>A warp's outputs, and the most rows and columns of a tile.</summary>
    public const int WarpRows = 64;
    public const int WarpColumns = 32;
    public const int Rows = 128;
    public const int Columns = 128;

    /// <summary>Words (of two bf16 terms, or one of tf32) of a row in one stage, and the distance between rows in shared memory: eight rows lie in different banks.</summary>
    public const int StageWords = 16;
    public const int Pitch = 20;

    /// <summary>Stages in flight.</summary>
    public const int Stages = 2;

    public int M;
    public int N;

    /// <summary>Words of a row of K.</summary>
    public int Words;

    public int TilesM;

    public int HasBias;
    public int BiasFormat;
    public int Output;
}
