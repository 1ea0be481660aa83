using System.Globalization;
using System.Text;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>Writes <c>family key=value ...</c> in a fixed order, leaving defaults out: the canonical text.</summary>
internal sealed class PlanTextWriter(string family)
{
    private readonly StringBuilder _text = new(family);

    public PlanTextWriter Add(string key, string value, string defaultValue)
    {
        if (value != defaultValue)
            _text.Append(' ').Append(key).Append('=').Append(value);
        return this;
    }

    public PlanTextWriter Add(string key, int value, int defaultValue) =>
        Add(key, value.ToString(CultureInfo.InvariantCulture), defaultValue.ToString(CultureInfo.InvariantCulture));

    public PlanTextWriter Add(string key, NumericFormat value, NumericFormat defaultValue) =>
        Add(key, NumericFormats.NameOf(value), NumericFormats.NameOf(defaultValue));

    public PlanTextWriter Add(string key, ReductionStep value, ReductionStep defaultValue) => Add(key, value.ToString(), defaultValue.ToString());

    public PlanTextWriter Add<T>(string key, T value, T defaultValue)
        where T : struct, Enum => Enum.IsDefined(value)
        ? Add(key, PlanNames.Of(value), PlanNames.Of(defaultValue))
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"{key} is one of {PlanNames.List<T>()}");

    public override string ToString() => _text.ToString();
}
