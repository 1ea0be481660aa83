using PlanForensics.Gpu.Kernels;
using PlanForensics.Gpu.Programs;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Execution;

/// <summary>An attention program as integers: all its reductions in one table of instructions, its blocks and its parts.</summary>
internal sealed class AttentionPlanTable
{
    private readonly List<int> _code = [];
    private readonly List<int> _blocks = [];
    private readonly List<int> _parts = [];
    private readonly Dictionary<(string Text, bool Continues), (int First, int Count)> _known = [];

    public AttentionPlanTable(AttentionProgram program)
    {
        ScoresInstructions = Place(program.Scores).Count;
        for (int index = 0; index < program.Parts.Length; index++)
            AddPart(program, index);
        BlockOfKey = new int[program.KeyCount];
        int number = 0;
        foreach (AttentionBlock block in program.Parts.SelectMany(static part => part))
            BlockOfKey.AsSpan(block.Start, block.Count).Fill(number++);
        BlockCount = number;
    }

    public int[] Code => [.. _code];

    public int[] Blocks => [.. _blocks];

    public int[] Parts => [.. _parts];

    /// <summary>The number of the block of each key.</summary>
    public int[] BlockOfKey { get; }

    public int BlockCount { get; }

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
