using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace PlanForensics.Contracts;

/// <summary>Validation of single fields; each check returns the value and names the property in what it throws.</summary>
internal static class ContractCheck
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    [return: NotNull]
    public static T Present<T>(T? value, [CallerMemberName] string name = "")
        where T : class => value ?? throw new ArgumentNullException(name, $"{name} is required");

    public static string Text(string? value, [CallerMemberName] string name = "") =>
        string.IsNullOrWhiteSpace(value) ? throw new ArgumentException($"{name} must not be empty", name) : value;

    public static string? TextOrNull(string? value, [CallerMemberName] string name = "") => value is null ? null : Text(value, name);

    public static int NotNegative(int value, [CallerMemberName] string name = "") =>
        value >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be 0 or more");

    public static int? NotNegative(int? value, [CallerMemberName] string name = "") => value is { } number ? NotNegative(number, name) : null;

    public static long? NotNegative(long? value, [CallerMemberName] string name = "") =>
        value is null or >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be 0 or more");

    public static double? NotNegative(double? value, [CallerMemberName] string name = "") =>
        value is null || (double.IsFinite(value.Value) && value >= 0)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be finite and 0 or more");

    public static double? Finite(double? value, [CallerMemberName] string name = "") =>
        value is null || double.IsFinite(value.Value) ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be finite");

    public static double? Ratio(double? value, [CallerMemberName] string name = "") =>
        value is null or (>= 0 and <= 1) ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be from 0 to 1");

    public static int Positive(int value, [CallerMemberName] string name = "") =>
        value > 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be 1 or more");

    public static int? Positive(int? value, [CallerMemberName] string name = "") => value is { } number ? Positive(number, name) : null;

    public static bool IsSha256(ReadOnlySpan<char> value) => value.Length == 64 && !value.ContainsAnyExcept(LowerHex);

    public static string Sha256(string? value, [CallerMemberName] string name = "") =>
        IsSha256(value)
            ? value!
            : throw new ArgumentException($"{name} must be a SHA-256 as 64 lower-case hexadecimal digits, but is \"{value}\"", name);

    public static string? Sha256OrNull(string? value, [CallerMemberName] string name = "") => value is null ? null : Sha256(value, name);

    public static ValueList<int>? TokenIds(ValueList<int>? value, [CallerMemberName] string name = "")
    {
        if (value is null)
            return null;
        int bad = value.AsSpan().IndexOfAnyInRange(int.MinValue, -1);
        return bad < 0 ? value : throw new ArgumentOutOfRangeException(name, value[bad], $"{name}[{bad}] must be 0 or more");
    }

    public static ValueList<T>? NoNulls<T>(ValueList<T>? value, [CallerMemberName] string name = "")
        where T : class
    {
        if (value is not null)
        {
            int bad = value.AsSpan().IndexOf((T?)null!);
            if (bad >= 0)
                throw new ArgumentException($"{name}[{bad}] must not be null", name);
        }

        return value;
    }
}
