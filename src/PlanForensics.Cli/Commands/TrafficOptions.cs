using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PlanForensics.Simulation.Traffic;

namespace PlanForensics.Cli.Commands;

/// <summary>Where a simulation's arrivals come from: <c>--trace</c>, or Poisson arrivals by <c>--arrivals</c> and <c>--rate</c>.</summary>
internal sealed class TrafficOptions
{
    private readonly PoissonOptions _poisson = new();

    private readonly Option<string?> _trace = new("--trace") { Description = "arrivals: Azure's CSV (TIMESTAMP,ContextTokens,GeneratedTokens) or Mooncake's JSON lines", HelpName = "FILE" };

    private readonly Option<int?> _limit = new("--limit") { Description = "arrivals to take from the trace at most; default all", HelpName = "N", CustomParser = ReplayOptions.ParseCount };

    private readonly Option<double?> _speed = new("--speed") { Description = "arrivals come this many times faster; default 1", HelpName = "FACTOR", CustomParser = ParsePositive };

    public Option<string?> Trace => _trace;

    public void AddTo(Command command)
    {
        command.Add(_trace);
        command.Add(_limit);
        command.Add(_speed);
        _poisson.AddTo(command);
    }

    /// <exception cref="UsageException">Neither a trace nor Poisson arrivals, or both.</exception>
    /// <exception cref="CannotRunException">The trace is missing or damaged.</exception>
    public TrafficTrace Read(ParseResult parsed, ulong seed, int most = int.MaxValue)
    {
        TrafficTrace trace;
        if (parsed.GetValue(_trace) is { } file)
        {
            _poisson.Refuse(parsed, "goes with Poisson arrivals, not with --trace");
            try
            {
                trace = TrafficReader.Read(InputFile.Existing(file, "trace"), parsed.GetValue(_limit) ?? most);
            }
            catch (TrafficFormatException exception)
            {
                throw new CannotRunException($"{file}: {exception.Message}", exception);
            }
        }
        else
        {
            trace = (_poisson.Read(parsed) ?? throw new UsageException("give arrivals: --trace FILE, or --arrivals N and --rate R for Poisson arrivals")).Generate(seed);
            trace = trace.Take(parsed.GetValue(_limit) ?? most);
        }

        return trace.AtSpeed(parsed.GetValue(_speed) ?? 1);
    }

    internal static double? ParsePositive(ArgumentResult result)
    {
        string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number is > 0 and < 1e12)
            return number;
        result.AddError($"{(result.Parent as OptionResult)?.Option.Name} is a number above 0; got \"{text}\"");
        return null;
    }
}
