using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Regimes;
using PlanForensics.Regimes.Causes;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary><c>causes</c>: chains of causes in recorded steps.</summary>
internal static class CausesCommand
{
    public static Command Create(Session session, CommandEntry entry)
    {
        Option<string> store = StoreOption.Create("the store");
        Option<int?> within = StateOptions.Count("--within", "a link follows the one before within so many iterations; default 16");
        Option<double?> chance = Number("--chance", "report chains of which at most so many were to be expected had the iterations come in any other order; default 0.001");
        Option<double?> slowRank = Number("--slow-rank", "a rank is slow above this multiple of its group's median; default 1.5");
        Option<double?> collective = Number("--collective", "a collective is inflated above this multiple of the median of its size; default 2");
        Option<double?> slowStep = Number("--slow-step", "a step is slow above this multiple of the median of its size; default 1.3");
        return new ToolCommand(
            entry,
            "causes --store incident.db",
            "causes --store incident.db --within 32 --json")
        {
            store, within, chance, slowRank, collective, slowStep,
        }.Runs(parsed =>
        {
            CauseOptions options = Read(parsed, within, chance, slowRank, collective, slowStep);
            using ContractStore opened = StoreAccess.OpenToRead(parsed.GetRequiredValue(store));
            CauseReport report = CauseDetector.Find(StepTimeline.Read(opened, session.Cancellation), options);
            if (parsed.WantsJson())
                session.WriteJson(CauseReportDocument.Of(parsed.GetRequiredValue(store), report), ToolJson.Documents.CauseReportDocument);
            else
                CausesReport.Print(report, session.Report);
            return ExitCode.Same;
        });
    }

    private static CauseOptions Read(ParseResult parsed, Option<int?> within, Option<double?> chance, Option<double?> slowRank, Option<double?> collective, Option<double?> slowStep)
    {
        CauseOptions options = new();
        try
        {
            return options with
            {
                WithinIterations = parsed.GetValue(within) ?? options.WithinIterations,
                LargestChance = parsed.GetValue(chance) ?? options.LargestChance,
                SlowRankFactor = parsed.GetValue(slowRank) ?? options.SlowRankFactor,
                CollectiveFactor = parsed.GetValue(collective) ?? options.CollectiveFactor,
                SlowStepFactor = parsed.GetValue(slowStep) ?? options.SlowStepFactor,
            };
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new UsageException($"{exception.ParamName switch { "WithinIterations" => "--within", "LargestChance" => "--chance", "SlowRankFactor" => "--slow-rank", "CollectiveFactor" => "--collective", _ => "--slow-step" }}: {exception.Message.Split(" (Parameter")[0]}");
        }
    }

    private static Option<double?> Number(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "X",
        CustomParser = result =>
        {
            string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double number))
                return number;
            result.AddError($"{name} is a number; got \"{text}\"");
            return null;
        },
    };
}
