using PlanForensics.Gpu.Kernels;
using PlanForensics.Gpu.Programs;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Execution;

/// <summary>Attention programs of successive query rows as integers: all their reductions in one table of instructions, their blocks, their parts, their rows.</summary>
internal sealed class AttentionPlanTable
{
    private readonly List<int> _code = [];
    private readonly List<int> _blocks = [];
    private readonly List<int> _parts = [];
    private readonly List<int> _rows = [];
    private readonly Dictionary<(string Text, bool Continues), (int First, int Count)> _known = [];

    public AttentionPlanTable(params IReadOnlyList<AttentionProgram> programs)
    {
        ScoresInstructions = Place(programs[0].Scores).Count;
        foreach (AttentionProgram program in programs)
        {
            _rows.AddRange([_parts.Count / AttentionTable.PartWords, program.Parts.Length]);
            MostParts = Math.Max(MostParts, program.Parts.Length);
            for (int index = 0; index < program.Parts.Length; index++)
                AddPart(program, index);
        }

        BlockOfKey = new int[programs[0].KeyCount];
        int number = 0;
        foreach (AttentionBlock block in programs[0].Parts.SelectMany(static part => part))
            BlockOfKey.AsSpan(block.Start, block.Count).Fill(number++);
        BlockCount = number;
    }

    public int[] Code => [.. _code];

    public int[] Blocks => [.. _blocks];

    public int[] Parts => [.. _parts];

    public int[] Rows => [.. _rows];

    /// <summary>The number of the block of each key of the first row, and how many there are.</summary>
    public int[] BlockOfKey { get; }

    public int BlockCount { get; }

    /// <summary>Most parts of a row, and most keys of a block.</summary>
    public int MostParts { get; private set; }

    public int LongestBlock { get; private set; }

    public int ScoresInstructions { get; }

    /// <summary>Slots that the deepest of the reductions needs.</summary>
    public int Slots { get; private set; }

    /// <summary>Most lanes of a carried sum.</summary>
    public int Lanes { get; private set; } = 1;

    private void AddPart(AttentionProgram program, int index)
    {
        bool carries = program.Carry == AttentionCarry.Accumulators && program.Parts[index].Length > 1;
        (int first, int count) = carries ? Place(program.LaneMerge[index]) : default;
        int lanes = carries ? program.LaneMerge[index].Depth : 0;
        Lanes = Math.Max(Lanes, lanes);
        _parts.AddRange([_blocks.Count / AttentionTable.BlockWords, program.Parts[index].Length, carries ? 1 : 0, lanes, first, count]);
        foreach (AttentionBlock block in program.Parts[index])
        {
            LongestBlock = Math.Max(LongestBlock, block.Count);
            (int values, int valuesCount) = Place(block.Values);
            (int sum, int sumCount) = Place(block.Sum);
            (int next, int nextCount) = carries ? Place(block.Values, continues: true) : default;
            _blocks.AddRange([block.Start, block.Count, values, valuesCount, sum, sumCount, next, nextCount]);
        }
    }

    private (int First, int Count) Place(ReductionProgram program, bool continues = false)
    {
        if (_known.TryGetValue((program.Text, continues), out (int First, int Count) known))
            return known;
        ProgramTable table = continues ? ProgramTable.Continuing(program) : ProgramTable.Of(program);
        (int, int) place = (_code.Count / TableCode.Words, table.Count);
        _code.AddRange(table.Code);
        Slots = Math.Max(Slots, table.Slots);
        return _known[(program.Text, continues)] = place;
    }
}
