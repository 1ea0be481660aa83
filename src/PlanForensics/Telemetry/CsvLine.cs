using System.Text;

namespace PlanForensics.Telemetry;

/// <summary>Cuts a line of comma-separated values; quotes are doubled inside quotes.</summary>
internal static class CsvLine
{
    /// <summary>The fields; null where a quoted field does not end.</summary>
    public static string[]? Split(string line)
    {
        List<string> fields = [];
        StringBuilder field = new();
        int at = 0;
        while (true)
        {
            field.Clear();
            if (at < line.Length && line[at] == '"')
            {
                for (at++; ; at++)
                {
                    if (at >= line.Length)
                        return null;
                    if (line[at] == '"' && !(at + 1 < line.Length && line[at + 1] == '"'))
                        break;
                    at += line[at] == '"' ? 1 : 0;
                    field.Append(line[at]);
                }

                at++;
            }

            for (; at < line.Length && line[at] != ','; at++)
                field.Append(line[at]);
            fields.Add(field.ToString());
            if (at >= line.Length)
                return [.. fields];
            at++;
        }
    }
}
