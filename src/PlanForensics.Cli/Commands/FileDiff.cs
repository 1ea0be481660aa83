using System.CommandLine;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Diffing;
using PlanForensics.Diffing.Arrays;
using PlanForensics.Numerics;

namespace PlanForensics.Cli.Commands;

/// <summary><c>diff A B</c> on array files.</summary>
internal static class FileDiff
{
    public static ExitCode Run(ParseResult parsed, FileDiffOptions options, string pathA, string pathB, Session session)
    {
        TensorValue a = Read(parsed, options, pathA);
        TensorValue b = Read(parsed, options, pathB);
        if (TensorDiff.WhyNotComparable(a, b) is { } reason)
            throw new CannotRunException($"{pathA} and {pathB} cannot be compared: {reason}");
        TensorDiff diff = TensorDiff.Between(a, b, parsed.GetValue(options.NaNs));
        long? allowed = parsed.GetValue(options.MaxUlps);
        bool same = allowed is { } most ? diff.MaxUlps <= most && diff.IncomparableCount == 0 : diff.IsBitwiseEqual;
        if (parsed.WantsJson())
            session.WriteJson(FileDiffDocument.Of(pathA, pathB, same, allowed, diff), ToolJson.Documents.FileDiffDocument);
        else
            Print(pathA, pathB, same, allowed, diff, session.Report);
        return same ? ExitCode.Same : ExitCode.Different;
    }

    private static TensorValue Read(ParseResult parsed, FileDiffOptions options, string path)
    {
        NumericFormat? format = parsed.GetValue(options.Format);
        try
        {
            return ArrayFile.Read(InputFile.Existing(path, "file"), format, parsed.GetValue(options.Shape));
        }
        catch (ArrayFormatException exception)
        {
            throw new CannotRunException(format is null ? $"{exception.Message}; --dtype says what the elements are" : exception.Message, exception);
        }
    }

    private static void Print(string pathA, string pathB, bool same, long? allowed, TensorDiff diff, TextReport report)
    {
        report.Value("A", pathA);
        report.Value("B", pathB);
        report.Value("elements", $"{Numbers.Of(diff.ElementCount)} of {NumericFormats.NameOf(diff.Format)} [{string.Join(',', diff.Shape)}]");
        TensorDiffText.Print(diff, report);
        report.Line((same, allowed) switch
        {
            (true, null) => "same: all bits are equal",
            (true, { } most) => $"same within {Numbers.Ulps(most)}",
            (false, { } most) => $"different: beyond {Numbers.Ulps(most)}",
            _ => $"different: {Numbers.Count(diff.BitsDifferentCount, "element")}",
        });
    }
}
