using System.Globalization;

namespace ServingStack;

/// <summary>A command line of options with values and of switches. What is not asked for is an error.</summary>
public sealed class Arguments(IEnumerable<string> arguments)
{
    private readonly List<string> _left = [.. arguments];

    /// <summary>The value of an option, or null.</summary>
    public string? Value(string name)
    {
        int at = _left.IndexOf(name);
        if (at < 0)
            return null;
        if (at + 1 == _left.Count || _left[at + 1].StartsWith("--", StringComparison.Ordinal))
            throw new ArgumentException($"{name} needs a value");
        string value = _left[at + 1];
        _left.RemoveRange(at, 2);
        return value;
    }

    /// <summary>The number of an option.</summary>
    public int Number(string name, int otherwise) => Value(name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number
        : throw new ArgumentException($"{name} is a whole number above 0; got {text}");

    /// <summary>Whether a switch is there.</summary>
    public bool Has(string name) => _left.Remove(name);

    /// <summary>Refuses what is left.</summary>
    public void Finish()
    {
        if (_left.Count > 0)
            throw new ArgumentException($"not known: {string.Join(' ', _left)}");
    }
}
