using System.Text.Json;

namespace PlanForensics.Telemetry;

/// <summary>Where x and the steps stand in a line.</summary>
internal readonly record struct TraceLine
{
    // Keys that only a step has: they tell a step without wrapper from x without wrapper.
    private static readonly string[] StepKeys =
        ["batch_fp", "batch_fingerprint", "shape", "step", "step_index", "kv_regime", "algo_id", "algorithm_id", "gpu_ms", "gpu_time_ms", "query_length"];

    private static readonly string[] WrapperNames = ["trace_x", "step_s", "steps", "kind"];

    /// <summary>Keys that say what a dictionary is, and are no members of it.</summary>
    public static ReadOnlySpan<string> Wrappers => WrapperNames;

    public int RequestStart { get; init; }

    public int RequestLength { get; init; }

    public int StepStart { get; init; }

    public int StepLength { get; init; }

    public bool StepIsArray { get; init; }

    public static TraceLine Read(ReadOnlySpan<byte> line)
    {
        Utf8JsonReader reader = new(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("expected an object");
        TraceLine found = default;
        (bool isStep, bool hasStepWrapper, string? kind) = (false, false, null);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isRequest = reader.ValueTextEquals("trace_x"u8);
            bool isWrapper = reader.ValueTextEquals("step_s"u8);
            bool isSteps = isWrapper || reader.ValueTextEquals("steps"u8);
            bool isKind = reader.ValueTextEquals("kind"u8);
            isStep = isStep || (!isRequest && !isSteps && HasStepKey(ref reader));
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            JsonTokenType token = reader.TokenType;
            kind = isKind && token == JsonTokenType.String ? reader.GetString() : kind;
            reader.Skip();
            int length = (int)reader.BytesConsumed - start;
            if (isRequest)
                found = found with { RequestStart = start, RequestLength = length };
            else if (isSteps && token is JsonTokenType.StartObject or JsonTokenType.StartArray)
                (found, hasStepWrapper) = (found with { StepStart = start, StepLength = length, StepIsArray = token == JsonTokenType.StartArray }, isWrapper);
        }

        if (reader.Read())
            throw new JsonException("more than one value");
        if (found.RequestLength > 0 || hasStepWrapper)
            return found;
        bool whole = found.StepLength == 0 && (kind == "step_s" || (kind != "trace_x" && isStep));
        return whole ? found with { StepLength = line.Length } : found with { RequestLength = line.Length };
    }

    private static bool HasStepKey(ref Utf8JsonReader reader)
    {
        foreach (string key in StepKeys)
            if (reader.ValueTextEquals(key))
                return true;
        return false;
    }
}
