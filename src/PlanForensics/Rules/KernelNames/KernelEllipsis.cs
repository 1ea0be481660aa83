namespace PlanForensics.Rules.KernelNames;

/// <summary>The marks that profilers leave where they cut a name: three dots or U+2026.</summary>
internal static class KernelEllipsis
{
    private const string Dots = "...";
    private const char Mark = '\u2026';

    public static bool IsIn(string text) => text.Contains(Dots, StringComparison.Ordinal) || text.Contains(Mark, StringComparison.Ordinal);

    public static bool EndsWith(string text) => text.EndsWith(Dots, StringComparison.Ordinal) || text.EndsWith(Mark);

    public static string Strip(string text) => text.Trim('.', Mark, ' ');
}
