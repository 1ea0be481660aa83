using System.Globalization;
using System.Text.RegularExpressions;

namespace PlanForensics.Telemetry;

/// <summary>An NVTX range that is one step of an engine, with the composition of its batch that the name spells out.</summary>
internal sealed partial record NsysRange(long Process, long Start, long End, string Name)
{
    public int? ContextRequests { get; private init; }

    public int? ContextTokens { get; private init; }

    public int? GenerationRequests { get; private init; }

    public int? GenerationTokens { get; private init; }

    public int? BatchSize => Sum(ContextRequests, GenerationRequests);

    public int? BatchTokens => Sum(ContextTokens, GenerationTokens);

    /// <summary>
    /// vLLM: <c>execute_context_{requests}({tokens})_generation_{requests}({tokens})</c>; TensorRT-LLM: <c>[Executor] _forward_step N: A ctx reqs, B ctx tokens, C gen reqs</c>.
    /// Null for a range that is no step.
    /// </summary>
    public static NsysRange? Find(long process, long start, long end, string name)
    {
        if (VllmPattern().Match(name) is { Success: true } step)
        {
            return new NsysRange(process, start, end, name)
            {
                ContextRequests = Number(step, 1),
                ContextTokens = Number(step, 2),
                GenerationRequests = Number(step, 3),
                GenerationTokens = Number(step, 4),
            };
        }

        if (TensorRtPattern().Match(name) is not { Success: true } forward)
            return null;
        (int? context, int? generation) = (Number(forward, 1), Number(forward, 3));
        return new NsysRange(process, start, end, name)
        {
            ContextRequests = context,
            ContextTokens = Number(forward, 2) ?? (context == 0 ? 0 : null),
            GenerationRequests = generation,
            GenerationTokens = generation,
        };
    }

    private static int? Sum(int? a, int? b) => a + b is > 0 and var sum ? sum : null;

    private static int? Number(Match match, int group) =>
        match.Groups[group].Success && int.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    [GeneratedRegex(@"execute_context_(\d+)\((\d+)\)_generation_(\d+)\((\d+)\)")]
    private static partial Regex VllmPattern();

    [GeneratedRegex(@"_forward_step(?: \d+)?: (\d+) ctx reqs, (?:(\d+) ctx tokens, )?(\d+) gen reqs")]
    private static partial Regex TensorRtPattern();
}
