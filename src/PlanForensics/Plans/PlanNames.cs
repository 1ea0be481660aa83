using System.Text;

namespace PlanForensics.Plans;

/// <summary>Canonical snake_case names of enum members in plan text.</summary>
internal static class PlanNames
{
    public static string Of<T>(T value)
        where T : struct, Enum => Names<T>.ByValue.TryGetValue(value, out string? name) ? name : throw new ArgumentOutOfRangeException(nameof(value), value, $"not a defined {typeof(T).Name}");

    public static bool TryParse<T>(string name, out T value)
        where T : struct, Enum
    {
        foreach (T candidate in Enum.GetValues<T>())
        {
            if (Of(candidate) == name)
            {
                value = candidate;
                return true;
            }
        }

        value = default;
        return false;
    }

    public static string List<T>()
        where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Select(Of));

    private static string Snake(string pascal)
    {
        var text = new StringBuilder(pascal.Length + 4);
        for (int index = 0; index < pascal.Length; index++)
        {
            if (index > 0 && char.IsAsciiLetterUpper(pascal[index]))
                text.Append('_');
            text.Append(char.ToLowerInvariant(pascal[index]));
        }

        return text.ToString();
    }

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> ByValue = Enum.GetValues<T>().ToDictionary(value => value, value => Snake(value.ToString()));
    }
}
