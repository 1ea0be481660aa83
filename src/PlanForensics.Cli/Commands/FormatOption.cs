using System.CommandLine;
using System.CommandLine.Parsing;
using PlanForensics.Numerics;

namespace PlanForensics.Cli.Commands;

/// <summary>Options whose value is a number format.</summary>
internal static class FormatOption
{
    public static Option<NumericFormat?> Create(string name, string description, params NumericFormat[] allowed)
    {
        string names = string.Join(", ", allowed.Select(NumericFormats.NameOf));
        return new Option<NumericFormat?>(name)
        {
            Description = $"{description}: {names}",
            HelpName = "FORMAT",
            CustomParser = result => Parse(result, name, names, allowed),
        }.Offers(allowed.Select(NumericFormats.NameOf));
    }

    private static NumericFormat? Parse(ArgumentResult result, string name, string names, NumericFormat[] allowed)
    {
        string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        if (NumericFormats.TryParse(text, out NumericFormat format) && allowed.Contains(format))
            return format;
        result.AddError($"{name} is one of {names}; got \"{text}\"");
        return null;
    }
}
