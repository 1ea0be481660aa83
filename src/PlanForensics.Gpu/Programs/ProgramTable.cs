using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Programs;

/// <summary>A reduction program as integers that a kernel walks; <see cref="TableCode"/> says what they mean.</summary>
internal sealed class ProgramTable
{
    private readonly List<int> _code = [];

    private ProgramTable(ReductionProgram program) => Program = program;

    /// <summary>The program.</summary>
    public ReductionProgram Program { get; }

    /// <summary>The integers.</summary>
    public int[] Code { get; private set; } = [];

    /// <summary>Number of instructions.</summary>
    public int Count => Code.Length / TableCode.Words;

    /// <summary>Accumulators that wait while sub-chains run: values of binary64 an element needs.</summary>
    public int Slots { get; private set; }

    /// <summary>The table of a whole program, epilogue included.</summary>
    public static ProgramTable Of(ReductionProgram program) => Flatten(program, continues: false);

    /// <summary>The table of a program whose accumulator already holds a value; the epilogue is left out.</summary>
    public static ProgramTable Continuing(ReductionProgram program) => Flatten(program, continues: true);

    /// <summary>Why a program has no table, or empty.</summary>
    public static string ProblemOf(ReductionProgram program) => program.Epilogue.Any(static step => step.Kind == EpilogueKind.Scale)
        ? "a scale step needs a factor, which decoder operators do not have"
        : program.Root is { } root ? ProblemOf(root) : "";

    private static string ProblemOf(ReductionChain chain) => chain.Accumulator == NumericFormat.Int32
        ? "integer accumulation needs quantised operands with scales, which the device does not run"
        : chain.Items.OfType<ReductionChain>().Select(ProblemOf).FirstOrDefault(static problem => problem.Length > 0, "");

    private static ProgramTable Flatten(ReductionProgram program, bool continues)
    {
        var table = new ProgramTable(program);
        if (program.Root is { } root)
            table.Chain(root, slot: -1, parent: null, held: false, continues);
        if (!continues)
            foreach (EpilogueStep step in program.Epilogue)
                table.Emit(step.Kind == EpilogueKind.Bias ? TableCode.Bias : TableCode.Round, (int)step.Format);
        table.Code = [.. table._code];
        return table;
    }

    private void Chain(ReductionChain chain, int slot, ReductionChain? parent, bool held, bool continues)
    {
        Slots = Math.Max(Slots, slot + 1);
        if (!continues)
            Emit(TableCode.Enter, slot);
        bool holds = continues || chain.StartsAtZero;
        foreach (ReductionItem item in chain.Items)
        {
            if (item is ReductionChain inner)
                Chain(inner, slot + 1, chain, holds, continues: false);
            else
                Segment((ReductionSegment)item, chain.Accumulator, holds);
            holds = true;
        }

        int stored = chain.StoredAs is { } format ? (int)format : -1;
        Emit(TableCode.Leave, stored, (int)(chain.StoredAs ?? chain.Accumulator), parent is null ? -1 : (int)parent.Accumulator, slot, held ? 1 : 0);
    }

    private void Segment(ReductionSegment segment, NumericFormat accumulator, bool held)
    {
        ReductionStep step = segment.Step;
        Emit(
            TableCode.Segment, (int)step.Kind, (int)accumulator, segment.Start, segment.Stride, segment.Count, step.TermsPerStep, step.AlignmentBits, (int)step.Rounding,
            step.ZeroExponent, step.ProductFormat == NumericFormat.Fp32 ? 1 : 0, held ? 1 : 0);
    }

    private void Emit(params ReadOnlySpan<int> words)
    {
        foreach (int word in words)
            _code.Add(word);
        for (int index = words.Length; index < TableCode.Words; index++)
            _code.Add(0);
    }
}
