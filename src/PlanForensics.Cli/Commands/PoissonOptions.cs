using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PlanForensics.Simulation.Traffic;

namespace PlanForensics.Cli.Commands;

/// <summary>Poisson arrivals instead of a trace.</summary>
internal sealed class PoissonOptions : OptionGroup
{
    private readonly Option<int?> _arrivals = new("--arrivals") { Description = "Poisson arrivals: how many", HelpName = "N", CustomParser = ReplayOptions.ParseCount };

    private readonly Option<double?> _rate = new("--rate") { Description = "Poisson arrivals: how many a second", HelpName = "R", CustomParser = TrafficOptions.ParsePositive };

    private readonly Option<(int Low, int High)?> _prompt = new("--prompt-tokens") { Description = "their prompts' lengths; default 16-2048", HelpName = "A-B", CustomParser = result => ParseRange(result, 1) };

    private readonly Option<(int Low, int High)?> _output = new("--output-tokens") { Description = "their outputs' lengths; default 16-512", HelpName = "A-B", CustomParser = result => ParseRange(result, 0) };

    private readonly Option<int?> _prefix = new("--prefix-tokens") { Description = "tokens with which prompts of a group begin alike; default 0", HelpName = "N", CustomParser = ReplayOptions.ParseCount };

    private readonly Option<int?> _groups = new("--prefix-groups") { Description = "groups of prompts that begin alike; default 1", HelpName = "N", CustomParser = ReplayOptions.ParseCount };

    protected override IReadOnlyList<Option> All => [_arrivals, _rate, _prompt, _output, _prefix, _groups];

    /// <summary>The arrivals, or null where neither number nor rate was given.</summary>
    public PoissonTraffic? Read(ParseResult parsed)
    {
        (int? count, double? rate) = (parsed.GetValue(_arrivals), parsed.GetValue(_rate));
        if (count is null && rate is null)
            return null;
        if (count is null || rate is null)
            throw new UsageException("Poisson arrivals take both --arrivals and --rate");
        PoissonTraffic traffic = new() { Count = count.Value, RatePerSecond = rate.Value, PrefixTokens = parsed.GetValue(_prefix) ?? 0, PrefixGroups = parsed.GetValue(_groups) ?? 1 };
        traffic = parsed.GetValue(_prompt) is { } prompt ? traffic with { PromptTokens = prompt } : traffic;
        return parsed.GetValue(_output) is { } output ? traffic with { OutputTokens = output } : traffic;
    }

    private static (int Low, int High)? ParseRange(ArgumentResult result, int least)
    {
        string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        string[] ends = text.Split('-');
        if (ends.Length is 1 or 2 && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int low)
            && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int high) && low >= least && high >= low)
            return (low, high);
        result.AddError($"{(result.Parent as OptionResult)?.Option.Name} is N or A-B, ascending from {least}; got \"{text}\"");
        return null;
    }
}
