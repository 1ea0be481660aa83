using System.Globalization;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>Reads <c>family key=value ...</c>; every key must be known and stand once.</summary>
internal sealed class PlanFieldReader
{
    private readonly string _text;
    private readonly Dictionary<string, (string Value, int Position)> _fields = [];
    private readonly List<string> _known = [];

    public PlanFieldReader(string text)
    {
        _text = text;
        int position = 0;
        foreach (string token in text.Split(' '))
        {
            int equals = token.IndexOf('=', StringComparison.Ordinal);
            if (position == 0)
                Family = token;
            else if (equals < 1 || equals == token.Length - 1)
                throw new PlanFormatException(text, position, "expected KEY=VALUE, fields separated by one space");
            else if (!_fields.TryAdd(token[..equals], (token[(equals + 1)..], position)))
                throw new PlanFormatException(text, position, $"field {token[..equals]} stands twice");
            position += token.Length + 1;
        }
    }

    public string Family { get; } = "";

    public string Text(string key, string defaultValue)
    {
        _known.Add(key);
        return _fields.TryGetValue(key, out var field) ? field.Value : defaultValue;
    }

    public int Integer(string key, int defaultValue)
    {
        string value = Text(key, "");
        if (value.Length == 0)
            return defaultValue;
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw Bad(key, "a whole number");
    }

    public NumericFormat Format(string key, NumericFormat defaultValue)
    {
        string value = Text(key, "");
        if (value.Length == 0)
            return defaultValue;
        return NumericFormats.TryParse(value, out NumericFormat format) ? format : throw Bad(key, "a format such as fp32, bf16 or fp16");
    }

    public ReductionStep Step(string key, ReductionStep defaultValue)
    {
        string value = Text(key, "");
        if (value.Length == 0)
            return defaultValue;
        try
        {
            return ReductionStep.Parse(value);
        }
        catch (PlanFormatException)
        {
            throw Bad(key, "a step: add, muladd, fma, dot<L,F,rz|rz13|rne16>, bf16pair or dp4a");
        }
    }

    public T Enum<T>(string key, T defaultValue)
        where T : struct, Enum
    {
        string value = Text(key, "");
        if (value.Length == 0)
            return defaultValue;
        return PlanNames.TryParse(value, out T parsed) ? parsed : throw Bad(key, "one of " + PlanNames.List<T>());
    }

    /// <summary>A field of two words: whether it is the second one.</summary>
    public bool OneOf(string key, string first, string second)
    {
        string value = Text(key, first);
        return value == second || (value == first ? false : throw Bad(key, $"{first} or {second}"));
    }

    public PlanFormatException Bad(string key, string expected) =>
        new(_text, _fields.TryGetValue(key, out var field) ? field.Position : 0, $"{key} is {expected}");

    /// <summary>Builds the plan, turning a refused value into an error that names the text.</summary>
    public T Finish<T>(Func<T> build)
    {
        foreach ((string key, (string _, int position)) in _fields)
            if (!_known.Contains(key))
                throw new PlanFormatException(_text, position, $"{Family} has no field {key}; it has {string.Join(", ", _known)}");
        return Finishing(build);
    }

    /// <summary>Builds a part of the plan, turning a refused value into an error that names the text.</summary>
    public T Finishing<T>(Func<T> build)
    {
        try
        {
            return build();
        }
        catch (ArgumentException exception)
        {
            throw PlanFormatException.Of(_text, 0, exception);
        }
    }
}
