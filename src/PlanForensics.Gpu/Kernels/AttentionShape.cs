namespace PlanForensics.Gpu.Kernels;

/// <summary>One call of attention: sizes, arithmetic and where the programs stand in the table.</summary>
internal struct AttentionShape
{
    public PagedShape Cache;

    /// <summary>Query heads, and query heads that share a key head.</summary>
    public int Heads;
    public int Group;

    /// <summary>Query rows; the staged kernels run one.</summary>
    public int Rows;

    /// <summary>Keys and blocks of the first row.</summary>
    public int Keys;
    public int Blocks;

    /// <summary>Most parts of a row, and most keys of a block.</summary>
    public int Parts;
    public int LongestBlock;

    /// <summary>Where rows, parts and blocks begin in the table of the fused kernel.</summary>
    public int RowsAt;
    public int PartsAt;
    public int BlocksAt;

    /// <summary>Most lanes of a carried sum.</summary>
    public int Lanes;

    /// <summary>Successive keys that a lane of a carried sum takes, and how many lanes it is spread over.</summary>
    public int LaneVector;
    public int LaneCount;

    public float Scale;

    /// <summary>Factor of a score in the exponent of a power of two.</summary>
    public float BaseScale;

    public int ScaleQuery;
    public int BaseTwo;
    public int Math;
    public int Probabilities;
    public int Normalizes;
    public int Reciprocal;
    public int FusedRescale;
    public int LogSumExp;
    public int Output;

    public int ScoresInstructions;
    public int ScoresFormatA;
    public int ScoresFormatB;
    public int ScoresOutput;
    public int ValuesFormatA;
    public int ValuesFormatB;
    public int ValuesOutput;

    /// <summary>Formats that cached keys and values are rounded to when they are read; -1 where they are exact in the operand's.</summary>
    public int KeysRounded;
    public int ValuesRounded;
}
