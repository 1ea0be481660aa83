using System.CommandLine;
using System.CommandLine.Parsing;

namespace PlanForensics.Cli.Commands;

/// <summary>Arguments and options of <c>replay</c>.</summary>
internal sealed class ReplayOptions
{
    public Argument<string> Request { get; } = new("REQUEST") { Description = "the recorded request's id" };

    public Option<string> Store { get; } = StoreOption.Create("the store");

    public Option<string> Model { get; } = ModelOption.Create();

    public Option<string> Plan { get; } = new("--plan") { Description = ScheduleOptions.PlanDescription, HelpName = "PLAN", Required = true };

    public ScheduleOptions Schedule { get; } = new();

    public Option<bool> Greedy { get; } = new("--greedy") { Description = "feed the replay's own tokens, not the recorded ones" };

    public Option<int?> Steps { get; } = new("--steps") { Description = "steps to replay at most; default all", HelpName = "N", CustomParser = ParseCount };

    public Option<string?> Save { get; } = new("--save") { Description = "write the replay into the store as a request of this id", HelpName = "ID" };

    public Option<string> Device { get; } = DeviceOption.Create();

    public void AddTo(Command command)
    {
        command.Add(Request);
        command.Add(Store);
        command.Add(Model);
        command.Add(Plan);
        Schedule.AddTo(command);
        command.Add(Greedy);
        command.Add(Steps);
        command.Add(Save);
        command.Add(Device);
    }

    internal static int? ParseCount(ArgumentResult result)
    {
        string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int count) && count > 0)
            return count;
        result.AddError($"{(result.Parent as OptionResult)?.Option.Name} is a whole number from 1 up; got \"{text}\"");
        return null;
    }
}
