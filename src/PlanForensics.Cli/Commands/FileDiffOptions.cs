using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Numerics;

namespace PlanForensics.Cli.Commands;

/// <summary>Options of <c>diff</c> on files.</summary>
internal sealed class FileDiffOptions : OptionGroup
{
    public Option<NumericFormat?> Format { get; } = FormatOption.Create("--dtype", "what the elements are; needed for raw files", Enum.GetValues<NumericFormat>());

    public Option<ValueList<int>?> Shape { get; } = new("--shape")
    {
        Description = "the dimensions, outermost first, for example 8,512; of a raw file one dimension by default",
        HelpName = "N,N,...",
        CustomParser = ParseShape,
    };

    public Option<long?> MaxUlps { get; } = new("--max-ulps")
    {
        Description = "end with 0 when no element is further than this; default: when all bits are equal",
        HelpName = "N",
        CustomParser = ParseUlps,
    };

    public Option<NaNPolicy> NaNs { get; } = new Option<NaNPolicy>("--nans")
    {
        Description = "when two NaNs are 0 ulps apart: any, payload (equal bits), never; default any",
        HelpName = "POLICY",
        CustomParser = ParsePolicy,
    }.Offers("any", "payload", "never");

    protected override IReadOnlyList<Option> All => [Format, Shape, MaxUlps, NaNs];

    private static ValueList<int>? ParseShape(ArgumentResult result)
    {
        string text = Text(result);
        List<int> sizes = [];
        foreach (string part in text.Split(','))
        {
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size))
            {
                sizes.Add(size);
                continue;
            }

            result.AddError($"--shape is numbers from 0 up joined by commas, such as 8,512; got \"{text}\"");
            return null;
        }

        return sizes.ToValueList();
    }

    private static long? ParseUlps(ArgumentResult result)
    {
        if (long.TryParse(Text(result), NumberStyles.None, CultureInfo.InvariantCulture, out long ulps) && ulps < UlpDistance.Incomparable)
            return ulps;
        result.AddError($"--max-ulps is a whole number from 0 up; got \"{Text(result)}\"");
        return null;
    }

    private static NaNPolicy ParsePolicy(ArgumentResult result)
    {
        switch (Text(result))
        {
            case "any":
                return NaNPolicy.AnyNaNEqual;
            case "payload":
                return NaNPolicy.PayloadEqual;
            case "never":
                return NaNPolicy.Unequal;
            default:
                result.AddError($"--nans is any, payload or never; got \"{Text(result)}\"");
                return default;
        }
    }

    private static string Text(ArgumentResult result) => result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
}
