using System.CommandLine;
using PlanForensics.Regimes;
using PlanForensics.Regimes.Churn;

namespace PlanForensics.Cli.Commands;

/// <summary><c>--expect</c> and <c>--expect-regime</c> of <c>churn</c>.</summary>
internal sealed class ExpectationOption : OptionGroup
{
    private static readonly string[] Fields = ["algorithm_id", "kernel_variant", "precision_path", "library_config", "plan_fingerprint"];

    private readonly Option<string[]> _expect = new("--expect")
    {
        Description = $"a field of the plan that every step should have run ({string.Join(", ", Fields)}); may be given several times",
        HelpName = "FIELD=VALUE",
    };

    private readonly Option<string> _regime = new("--expect-regime")
    {
        Description = "expect what ran most often in this regime for the step's shape class",
        HelpName = "REGIME",
        DefaultValueFactory = _ => RegimeNames.NameOf(Regime.Normal),
    };

    public ExpectationOption() => _regime.AcceptOnlyFromAmong([.. Enum.GetValues<Regime>().Select(RegimeNames.NameOf)]);

    protected override IReadOnlyList<Option> All => [_expect, _regime];

    /// <exception cref="UsageException">A field is unknown, named twice, or given beside a regime.</exception>
    public PlanExpectation Read(ParseResult parsed)
    {
        string[] texts = parsed.GetValue(_expect) ?? [];
        if (texts.Length == 0)
            return RegimeNames.TryParse(parsed.GetRequiredValue(_regime), out Regime regime) ? PlanExpectation.Of(regime) : throw new UsageException("--expect-regime names no regime");
        if (parsed.GetResult(_regime) is { Implicit: false })
            throw new UsageException("--expect and --expect-regime do not go together: either the plan is given, or a regime's most frequent plan is expected");
        Dictionary<string, string> values = [];
        foreach (string text in texts)
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == text.Length - 1 || !Fields.Contains(text[..equals]))
                throw new UsageException($"--expect takes FIELD=VALUE with FIELD one of {string.Join(", ", Fields)}, got \"{text}\"");
            if (!values.TryAdd(text[..equals], text[(equals + 1)..]))
                throw new UsageException($"--expect {text[..equals]} is given twice");
        }

        return PlanExpectation.Of(new PlanIdentity(
            values.GetValueOrDefault(Fields[0]), values.GetValueOrDefault(Fields[1]), values.GetValueOrDefault(Fields[2]), values.GetValueOrDefault(Fields[3]), values.GetValueOrDefault(Fields[4])));
    }
}
