using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Regimes;

namespace PlanForensics.Cli.Commands;

/// <summary>The limits of regimes, for every command that classifies steps.</summary>
internal sealed class RegimeOptions : OptionGroup
{
    private static readonly RegimeThresholds Defaults = new();

    private readonly Option<double> _evaporation = Number("--evaporation-ratio", "memory evaporation below this effective free memory over the KV pool", Defaults.EvaporationRatio);
    private readonly Option<double> _pressure = Number("--pressured-mb", "memory pressure below this effective free memory, in MB", Defaults.PressuredFreeMb);
    private readonly Option<double> _queue = Number("--queue-p95-ms", "degraded queue above this 95th percentile of queue times", Defaults.QueueP95Ms);
    private readonly Option<int> _queueWindow = Steps("--queue-window", "engine steps, this one and those before, that the percentile is over", Defaults.QueueWindowSteps);
    private readonly Option<int> _fabricWindow = Steps("--fabric-window", "engine steps, this one and those before, that the fabric is judged by", Defaults.Fabric.WindowSteps);
    private readonly Option<double> _congestedP95 = Number("--congested-p95", "congested above this 95th percentile of comm time over its usual time", Defaults.Fabric.CongestedP95);
    private readonly Option<double> _congestedP99 = Number("--congested-p99", "congested above this 99th percentile", Defaults.Fabric.CongestedP99);
    private readonly Option<double> _congestedSkew = Number("--congested-skew", "congested above this 95th percentile of skew over usual comm time", Defaults.Fabric.CongestedSkew);
    private readonly Option<double> _congestedRetransmits = Number("--congested-retransmits", "congested above this mean of retransmits a step", Defaults.Fabric.CongestedRetransmits);
    private readonly Option<double> _degradedP50 = Number("--degraded-p50", "degraded above this median of comm time over its usual time", Defaults.Fabric.DegradedP50);
    private readonly Option<double> _degradedP99 = Number("--degraded-p99", "degraded above this 99th percentile", Defaults.Fabric.DegradedP99);
    private readonly Option<double> _degradedSkew = Number("--degraded-skew", "degraded above this 95th percentile of skew over usual comm time", Defaults.Fabric.DegradedSkew);
    private readonly Option<double> _degradedRetransmits = Number("--degraded-retransmits", "degraded above this mean of retransmits a step", Defaults.Fabric.DegradedRetransmits);

    private readonly Option<string[]> _strict = new("--strict-mode")
    {
        Description = "an isolation mode that is strict; may be given several times",
        HelpName = "MODE",
        DefaultValueFactory = _ => [.. Defaults.StrictIsolationModes],
    };

    private readonly Option<string> _unrecorded = new("--unrecorded")
    {
        Description = "an input that was not recorded: absent (a feature recorded nowhere is absent, else the regime is unknown), unknown, ignored (its rule does not apply)",
        DefaultValueFactory = _ => "absent",
    };

    public RegimeOptions() => _unrecorded.AcceptOnlyFromAmong("absent", "unknown", "ignored");

    protected override IReadOnlyList<Option> All =>
    [
        _evaporation, _pressure, _queue, _queueWindow, _strict, _unrecorded, _fabricWindow, _congestedP95, _congestedP99, _congestedSkew, _congestedRetransmits,
        _degradedP50, _degradedP99, _degradedSkew, _degradedRetransmits,
    ];

    public RegimeThresholds Read(ParseResult parsed) => new()
    {
        EvaporationRatio = parsed.GetValue(_evaporation),
        PressuredFreeMb = parsed.GetValue(_pressure),
        QueueP95Ms = parsed.GetValue(_queue),
        QueueWindowSteps = parsed.GetValue(_queueWindow),
        StrictIsolationModes = parsed.GetRequiredValue(_strict).ToValueList(),
        Unrecorded = parsed.GetRequiredValue(_unrecorded) switch
        {
            "unknown" => UnrecordedInput.Unknown,
            "ignored" => UnrecordedInput.Ignored,
            _ => UnrecordedInput.AbsentFeatures,
        },
        Fabric = new FabricThresholds
        {
            WindowSteps = parsed.GetValue(_fabricWindow),
            CongestedP95 = parsed.GetValue(_congestedP95),
            CongestedP99 = parsed.GetValue(_congestedP99),
            CongestedSkew = parsed.GetValue(_congestedSkew),
            CongestedRetransmits = parsed.GetValue(_congestedRetransmits),
            DegradedP50 = parsed.GetValue(_degradedP50),
            DegradedP99 = parsed.GetValue(_degradedP99),
            DegradedSkew = parsed.GetValue(_degradedSkew),
            DegradedRetransmits = parsed.GetValue(_degradedRetransmits),
        },
    };

    private static Option<double> Number(string name, string description, double value) => new(name)
    {
        Description = description,
        HelpName = "NUMBER",
        DefaultValueFactory = _ => value,
        CustomParser = result =>
        {
            if (double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) && number >= 0)
                return number;
            result.AddError($"{name} takes a finite number of 0 or more, got \"{result.Tokens[0].Value}\"");
            return value;
        },
    };

    private static Option<int> Steps(string name, string description, int value)
    {
        Option<int> option = new(name) { Description = description, HelpName = "STEPS", DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out int steps) && steps is < 1 or > 100_000)
                result.AddError($"{name} takes 1 to 100000 steps, got {steps}");
        });
        return option;
    }
}
