using System.Globalization;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>A cursor over plan text that reports where it stopped.</summary>
internal sealed class PlanTextReader(string text)
{
    private const int DeepestNesting = 2 * ReductionLimits.DeepestNesting;
    private static readonly NumericFormat[] Formats = Enum.GetValues<NumericFormat>();
    private int _depth;

    public int Position { get; private set; }

    private ReadOnlySpan<char> Rest => text.AsSpan(Position);

    public PlanFormatException Error(string reason) => new(text, Position, reason);

    public PlanFormatException ErrorAt(int position, string reason) => new(text, position, reason);

    public PlanFormatException Refused(int position, ArgumentException exception) => PlanFormatException.Of(text, position, exception);

    public bool TryTake(string token)
    {
        if (!Rest.StartsWith(token, StringComparison.Ordinal))
            return false;
        Position += token.Length;
        return true;
    }

    public void Expect(string token)
    {
        if (!TryTake(token))
            throw Error($"expected \"{token}\"");
    }

    public void ExpectEnd()
    {
        if (Position != text.Length)
            throw Error("expected the end of the text");
    }

    public int Integer()
    {
        int length = Rest.StartsWith('-') ? 1 : 0;
        while (length < Rest.Length && char.IsAsciiDigit(Rest[length]))
            length++;
        if (!int.TryParse(Rest[..length], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) || Math.Abs((long)value) > ReductionLimits.LargestIndex)
            throw Error($"expected a whole number of at most {ReductionLimits.LargestIndex}");
        Position += length;
        return value;
    }

    public bool AtFormat() => FindFormat() is not null;

    public NumericFormat Format()
    {
        NumericFormat format = FindFormat() ?? throw Error("expected a format: fp32, fp64, tf32, bf16, fp16, fp8e4m3, fp8e5m2, int8 or int32");
        Position += NumericFormats.NameOf(format).Length;
        return format;
    }

    public ReductionStep Step()
    {
        int length = 0;
        bool inside = false;
        while (length < Rest.Length && (inside || Rest[length] is not (' ' or ',' or ')' or ']')))
        {
            inside = Rest[length] switch { '<' => true, '>' => false, _ => inside };
            length++;
        }

        if (length == 0)
            throw Error("expected a step: add, muladd, fma, dot<L,F,ROUNDING>, bf16pair or dp4a");
        int position = Position;
        try
        {
            ReductionStep step = ReductionStep.Parse(Rest[..length]);
            Position += length;
            return step;
        }
        catch (PlanFormatException)
        {
            throw ErrorAt(position, "expected a format, [REPEATS by DISTANCE: ...] or a step: add, muladd, muladd<FORMAT>, fma, dot<L,F,rz|rz13|rne16>, bf16pair, dp4a");
        }
    }

    public Nesting Nest()
    {
        if (++_depth > DeepestNesting)
            throw Error($"chains nested deeper than {DeepestNesting}");
        return new Nesting(this);
    }

    private NumericFormat? FindFormat()
    {
        foreach (NumericFormat format in Formats)
        {
            string name = NumericFormats.NameOf(format);
            if (Rest.StartsWith(name, StringComparison.Ordinal) && (Rest.Length == name.Length || !char.IsAsciiLetterOrDigit(Rest[name.Length])))
                return format;
        }

        return null;
    }

    public readonly struct Nesting(PlanTextReader reader) : IDisposable
    {
        public void Dispose() => reader._depth--;
    }
}
