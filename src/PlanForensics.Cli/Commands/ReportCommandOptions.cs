using System.CommandLine;

namespace PlanForensics.Cli.Commands;

/// <summary>Arguments and options of <c>report</c>.</summary>
internal sealed class ReportCommandOptions
{
    public Argument<string?> Request { get; } = new("REQUEST") { Description = "the recorded request's id; with --against, side A", Arity = ArgumentArity.ZeroOrOne };

    public Option<string?> Store { get; } = StoreOption.CreateOptional("the store");

    public Option<string?> Against { get; } = new("--against") { Description = "another recorded run of the same request: side B", HelpName = "REQUEST" };

    public Option<string?> Incident { get; } = new("--incident") { Description = "a whole recorded incident (whole-incident/1), instead of REQUEST and --store", HelpName = "DIR" };

    public Option<string?> Model { get; } = new("--model")
    {
        Description = "the recorded model: a folder with config.json and safetensors, or a llama2.c checkpoint; without it plans are not asked",
        HelpName = "PATH",
    };

    public Option<string> Candidates { get; } = CandidateList.Option();

    public ScheduleOptions Formats { get; } = new();

    public Option<int?> Steps { get; } = new("--steps") { Description = "steps to compare at most; default all", HelpName = "N", CustomParser = ReplayOptions.ParseCount };

    public Option<bool> Full { get; } = new("--full") { Description = "replay every class to its end, not only to its first difference" };

    public Option<string> Device { get; } = DeviceOption.Create();

    public Option<string?> Out { get; } = new("--out") { Description = "the file to write; without it the report goes to standard output", HelpName = "FILE" };

    public Option<ReportFormat?> Format { get; } = new Option<ReportFormat?>("--format")
    {
        Description = "html, markdown or json; default what the name of --out says, on standard output markdown, with --json json",
        HelpName = "FORMAT",
        CustomParser = result => result.Tokens[0].Value switch
        {
            "html" => ReportFormat.Html,
            "markdown" or "md" => ReportFormat.Markdown,
            "json" => ReportFormat.Json,
            var other => Refuse(result, other),
        },
    }.Offers("html", "markdown", "json");

    public void AddTo(Command command)
    {
        command.Add(Request);
        foreach (Option option in new Option[] { Store, Against, Incident, Model, Candidates })
            command.Add(option);
        Formats.AddTo(command);
        foreach (Option option in new Option[] { Steps, Full, Device, Out, Format })
            command.Add(option);
    }

    /// <exception cref="UsageException">The name of the file does not tell.</exception>
    public ReportFormat FormatOf(ParseResult parsed)
    {
        if (parsed.GetValue(Format) is { } given)
            return given;
        if (parsed.GetValue(Out) is not { } path)
            return parsed.WantsJson() ? ReportFormat.Json : ReportFormat.Markdown;
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".html" or ".htm" => ReportFormat.Html,
            ".md" or ".markdown" => ReportFormat.Markdown,
            ".json" => ReportFormat.Json,
            var other => throw new UsageException($"the name {path} does not say a format ({(other.Length == 0 ? "no extension" : $"extension {other}")}); end it with .html, .md or .json, or give --format"),
        };
    }

    private static ReportFormat? Refuse(System.CommandLine.Parsing.ArgumentResult result, string text)
    {
        result.AddError($"--format is html, markdown or json; got \"{text}\"");
        return null;
    }
}
