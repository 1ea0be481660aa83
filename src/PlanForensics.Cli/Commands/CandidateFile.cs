using PlanForensics.Numerics;
using PlanForensics.Replay;

namespace PlanForensics.Cli.Commands;

/// <summary>Reads a file of candidates: a line <c>[name]</c>, then the plan as <c>--plan</c> takes it (rules, one gemm, a name, or <c>recorded</c>).</summary>
internal static class CandidateFile
{
    public static IReadOnlyList<PlanSchedule> Read(string path, NumericFormat? activations, NumericFormat? logits)
    {
        List<PlanSchedule> candidates = [];
        string? name = null;
        List<string> lines = [];
        int number = 0;
        void Finish()
        {
            if (name is not null)
                candidates.Add(One(path, name, string.Join('\n', lines), activations, logits));
            lines.Clear();
        }

        foreach (string raw in File.ReadLines(InputFile.Existing(path, "file of candidates")))
        {
            number++;
            string line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line is ['[', .., ']'])
            {
                Finish();
                name = line[1..^1].Trim();
            }
            else if (name is null)
            {
                throw new CannotRunException($"{path}: line {number}: a candidate begins with a line [name]; got \"{line}\"");
            }
            else
            {
                lines.Add(line);
            }
        }

        Finish();
        return candidates.Count > 0 ? candidates : throw new CannotRunException($"{path}: no candidate; expected lines [name], each followed by a plan");
    }

    private static PlanSchedule One(string path, string name, string text, NumericFormat? activations, NumericFormat? logits)
    {
        bool saysFormats = ScheduleText.SaysFormats(text);
        try
        {
            return ScheduleText.Read(text, saysFormats ? null : activations, saysFormats ? null : logits).With(name, []);
        }
        catch (Exception exception) when (exception is UsageException or FormatException)
        {
            throw new CannotRunException($"{path}: candidate \"{name}\": {exception.Message}", exception);
        }
    }
}
