using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using PlanForensics.Attribution;
using PlanForensics.Attribution.Incidents;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Cli.Tokenizers;
using PlanForensics.Reporting;

namespace PlanForensics.Cli.Commands;

/// <summary><c>report</c>: one account of a request, a comparison or an incident, as HTML, Markdown or JSON.</summary>
internal static class ReportCommand
{
    public static Command Create(Session session, CommandEntry entry)
    {
        ReportCommandOptions options = new();
        ToolCommand command = new(
            entry,
            "report request-1 --store incident.db --model model --activations bf16 --out report.html",
            "report batch1-01 --against batch4-01 --store demo.db --model samples/models/kjv-1m --candidates phases --activations bf16 --out report.html",
            "report --incident samples/incidents/kjv-1m-bf16 --model samples/models/kjv-1m --out report.html",
            "report request-1 --store incident.db --format markdown");
        options.AddTo(command);
        return command.Runs(parsed =>
        {
            ReportFormat format = options.FormatOf(parsed);
            string? path = parsed.GetValue(options.Out);
            (ReportContent content, ModelTokenizer? tokenizer, ExitCode exit) = new ReportGathering(options, parsed, session).Gather();
            ForensicReport report = ForensicReport.Of(content, new ReportOptions
            {
                Tool = $"planforensics {ToolVersion.Text}",
                TokenText = tokenizer is null ? null : tokenizer.TokenText,
                Decode = tokenizer is null ? null : tokens => tokenizer.Decode([.. tokens]),
            });
            string text = format switch
            {
                ReportFormat.Html => report.ToHtml(),
                ReportFormat.Markdown => report.ToMarkdown(),
                _ => report.ToJson() + "\n",
            };
            if (path is null)
                session.Output.Write(text);
            else
                Write(path, text, format, parsed, session);
            return exit;
        });
    }

    private static void Write(string path, string text, ReportFormat format, ParseResult parsed, Session session)
    {
        byte[] bytes = new UTF8Encoding(false).GetBytes(text);
        OutputFile.Replace(path, bytes);
        ReportWrittenDocument written = new()
        {
            File = path,
            Format = Names.Of(format),
            Bytes = bytes.Length,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
        };
        if (parsed.WantsJson())
            session.WriteJson(written, ToolJson.Documents.ReportWrittenDocument);
        else
            session.Report.Line($"wrote {path} ({Numbers.Of(bytes.Length)} bytes)");
    }
}
