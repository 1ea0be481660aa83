using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>Prints and reads programs. Grammar: docs/plan-semantics.md.</summary>
internal static class ReductionText
{
    private const int LongestPattern = 4;

    public static string Print(ReductionProgram program)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"k={program.Depth} a={NumericFormats.NameOf(program.OperandA)} b={NumericFormats.NameOf(program.OperandB)} : ");
        if (program.Root is null)
            text.Append("empty");
        else
            PrintChain(text, program.Root);
        foreach (EpilogueStep step in program.Epilogue)
            text.Append(" -> ").Append(step);
        return text.ToString();
    }

    public static ReductionProgram Parse(string text)
    {
        var reader = new PlanTextReader(text);
        reader.Expect("k=");
        int depth = reader.Integer();
        reader.Expect(" a=");
        NumericFormat operandA = reader.Format();
        reader.Expect(" b=");
        NumericFormat operandB = reader.Format();
        reader.Expect(" : ");
        ReductionChain? root = reader.TryTake("empty") ? null : ReadChain(reader);
        var epilogue = ImmutableArray.CreateBuilder<EpilogueStep>();
        while (reader.TryTake(" -> "))
        {
            EpilogueKind kind = reader.TryTake("scale ") ? EpilogueKind.Scale
                : reader.TryTake("bias ") ? EpilogueKind.Bias
                : reader.TryTake("round ") ? EpilogueKind.Round
                : throw reader.Error("expected scale, bias or round");
            epilogue.Add(new EpilogueStep(kind, reader.Format()));
        }

        reader.ExpectEnd();
        try
        {
            return new ReductionProgram(depth, root, operandA, operandB, epilogue.ToImmutable());
        }
        catch (ArgumentException exception)
        {
            throw PlanFormatException.Of(text, 0, exception);
        }
    }

    private static void PrintChain(StringBuilder text, ReductionChain chain)
    {
        text.Append(NumericFormats.NameOf(chain.Accumulator));
        if (chain.StoredAs is { } stored)
            text.Append('>').Append(NumericFormats.NameOf(stored));
        if (chain.StartsAtZero)
            text.Append("+0");
        text.Append('(');
        PrintItems(text, chain.Items);
        text.Append(')');
    }

    private static void PrintItems(StringBuilder text, ImmutableArray<ReductionItem> items)
    {
        for (int position = 0; position < items.Length;)
        {
            if (position > 0)
                text.Append(", ");
            (int length, int repeats, int distance) = FindRepeat(items, position);
            if (repeats > 1)
                text.Append(CultureInfo.InvariantCulture, $"[{repeats} by {distance}: ");
            for (int index = 0; index < length; index++)
            {
                if (index > 0)
                    text.Append(", ");
                if (items[position + index] is ReductionChain chain)
                    PrintChain(text, chain);
                else
                    PrintSegment(text, (ReductionSegment)items[position + index]);
            }

            if (repeats > 1)
                text.Append(']');
            position += length * repeats;
        }
    }

    private static (int Length, int Repeats, int Distance) FindRepeat(ImmutableArray<ReductionItem> items, int position)
    {
        for (int length = 1; length <= LongestPattern && position + (2 * length) <= items.Length; length++)
        {
            int distance = items[position + length].FirstIndex - items[position].FirstIndex;
            int repeats = 1;
            while (position + ((repeats + 1) * length) <= items.Length && IsRepeat(items, position, length, repeats, distance))
                repeats++;
            if (repeats > 1)
                return (length, repeats, distance);
        }

        return (1, 1, 0);
    }

    private static bool IsRepeat(ImmutableArray<ReductionItem> items, int position, int length, int repeats, int distance)
    {
        for (int index = 0; index < length; index++)
            if (!items[position + (repeats * length) + index].IsShiftOf(items[position + index], distance * repeats))
                return false;
        return true;
    }

    private static void PrintSegment(StringBuilder text, ReductionSegment segment)
    {
        text.Append(CultureInfo.InvariantCulture, $"{segment.Step} {segment.Start}");
        if (segment.Count > 1)
            text.Append(CultureInfo.InvariantCulture, $"..{segment.End}");
        if (segment.Count > 1 && segment.Stride != 1)
            text.Append(CultureInfo.InvariantCulture, $":{segment.Stride}");
    }

    private static ReductionChain ReadChain(PlanTextReader reader)
    {
        int position = reader.Position;
        NumericFormat accumulator = reader.Format();
        NumericFormat? stored = reader.TryTake(">") ? reader.Format() : null;
        bool startsAtZero = reader.TryTake("+0");
        reader.Expect("(");
        var items = ImmutableArray.CreateBuilder<ReductionItem>();
        ReadItems(reader, items, ')');
        try
        {
            return new ReductionChain(accumulator, items.ToImmutable(), stored, startsAtZero);
        }
        catch (ArgumentException exception)
        {
            throw reader.Refused(position, exception);
        }
    }

    private static void ReadItems(PlanTextReader reader, ImmutableArray<ReductionItem>.Builder items, char close)
    {
        using PlanTextReader.Nesting nesting = reader.Nest();
        long nodes = 0;
        do
        {
            int before = items.Count;
            int position = reader.Position;
            if (reader.TryTake("["))
                ReadRepeat(reader, items);
            else if (reader.AtFormat())
                items.Add(ReadChain(reader));
            else
                items.Add(ReadSegment(reader));
            for (int index = before; index < items.Count; index++)
                nodes += items[index].ItemCount;
            if (nodes > ReductionLimits.MostItems)
                throw reader.ErrorAt(position, $"a program has at most {ReductionLimits.MostItems} segments and chains");
        }
        while (reader.TryTake(", "));
        reader.Expect(close.ToString());
    }

    private static void ReadRepeat(PlanTextReader reader, ImmutableArray<ReductionItem>.Builder items)
    {
        int position = reader.Position;
        int repeats = reader.Integer();
        reader.Expect(" by ");
        int distance = reader.Integer();
        reader.Expect(": ");
        var pattern = ImmutableArray.CreateBuilder<ReductionItem>();
        ReadItems(reader, pattern, ']');
        if (repeats < 1 || repeats * pattern.Sum(item => (long)item.ItemCount) > ReductionLimits.MostItems)
            throw reader.ErrorAt(position, $"a group repeats 1 time or more and gives at most {ReductionLimits.MostItems} segments and chains");
        try
        {
            for (int repeat = 0; repeat < repeats; repeat++)
                foreach (ReductionItem item in pattern)
                    items.Add(repeat == 0 ? item : item.Shift(checked(distance * repeat)));
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException)
        {
            throw reader.ErrorAt(position, $"a repeat moves a term below 0 or beyond {ReductionLimits.LargestIndex}");
        }
    }

    private static ReductionSegment ReadSegment(PlanTextReader reader)
    {
        int position = reader.Position;
        ReductionStep step = reader.Step();
        reader.Expect(" ");
        int start = reader.Integer();
        int end = reader.TryTake("..") ? reader.Integer() : start;
        int stride = reader.TryTake(":") ? reader.Integer() : 1;
        if (start < 0 || end < 0 || stride == 0 || (end - start) % stride != 0 || (end - start) / stride < 0)
            throw reader.ErrorAt(position, "a segment is START, START..END or START..END:STRIDE with END reached from START by STRIDE");
        return new ReductionSegment(step, start, stride, ((end - start) / stride) + 1);
    }
}
