using System.Globalization;

namespace ServingStack.Load;

/// <summary>What came of a load.</summary>
/// <param name="Pairs">One for each completion under load.</param>
/// <param name="Tokens">Tokens generated under load.</param>
/// <param name="Seconds">How long the load lasted.</param>
/// <param name="Concurrency">Requests in flight.</param>
public sealed record LoadReport(IReadOnlyList<LoadPair> Pairs, int Tokens, double Seconds, int Concurrency)
{
    /// <summary>Pairs that drifted: other text or, where a store was given, other bits.</summary>
    public IReadOnlyList<LoadPair> Drifted => [.. Pairs.Where(pair => pair.TextDiffers || pair.StepsWithOtherBits > 0)];

    /// <summary>The pair to look into: the earliest other token, else the first with other bits.</summary>
    public LoadPair? Worst => Drifted.OrderBy(pair => pair.Diff?.FirstFlip?.StepIndexA ?? (pair.TextDiffers ? 0 : int.MaxValue)).FirstOrDefault();

    /// <summary>Prints it, in 80 columns.</summary>
    public void Print(TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Pairs.Count} completions, {Concurrency} at a time, against the same prompts alone"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  other text        {Pairs.Count(pair => pair.TextDiffers)}"));
        if (Pairs.All(pair => pair.Diff is not null))
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  other bits        {Pairs.Count(pair => pair.StepsWithOtherBits > 0)}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  tokens a second   {Tokens / Seconds:F0}"));
        if (Drifted.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine("  prompt                     alone                  under load             drift");
        foreach (LoadPair pair in Drifted)
            output.WriteLine($"  {Short(pair.Prompt),-25}  {pair.AloneId,-21}  {pair.LoadedId,-21}  {Describe(pair)}");
    }

    private static string Describe(LoadPair pair) => pair.Diff?.FirstFlip is { } flip
        ? string.Create(CultureInfo.InvariantCulture, $"token {flip.StepIndexA}")
        : pair.TextDiffers ? "text" : "bits";

    private static string Short(string text) => text.Length <= 25 ? text : text[..22] + "...";
}
