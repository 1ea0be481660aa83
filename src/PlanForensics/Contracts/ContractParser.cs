using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace PlanForensics.Contracts;

/// <summary>Reads one contract and turns every failure into a place and a reason.</summary>
internal static class ContractParser
{
    public static ExecutionContract Parse(ReadOnlySpan<byte> json, long firstLine) => Parse(json, firstLine, ContractJson.Context.ExecutionContract, ContractRules.FindProblem);

    public static T Parse<T>(ReadOnlySpan<byte> json, long firstLine, JsonTypeInfo<T> type, Func<T, string?> findProblem)
        where T : class
    {
        if (!Utf8.IsValid(json))
            throw new ContractFormatException(firstLine, 1, "the text is not valid UTF-8");
        try
        {
            T read = JsonSerializer.Deserialize(json, type)
                ?? throw new JsonException("expected an object, found null");
            if (findProblem(read) is { } problem)
                throw new ContractFormatException(firstLine, 1, problem);
            if (JsonPlaces.FindUnpairedSurrogate(json) is { } offset)
                throw At(json, firstLine, offset, "the text holds half of a surrogate pair", null);
            return read;
        }
        catch (JsonException exception)
        {
            if (NewerVersion(json) is { } version)
                throw new ContractFormatException(firstLine, 1, version, exception);
            long offset = JsonPlaces.OffsetOf(json, exception.LineNumber ?? 0, exception.BytePositionInLine ?? 0);
            throw At(json, firstLine, offset, $"{ReasonOf(exception)} (at {JsonPlaces.PathAt(json, offset)})", exception);
        }
        catch (ArgumentException exception)
        {
            throw At(json, firstLine, Locate(json, exception.ParamName), ReasonOf(exception), exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new ContractFormatException(firstLine, 1, $"invalid text: {exception.Message}", exception);
        }
    }

    // A contract of a later schema may lack or retype what is required here: its version is then the reason to give.
    private static string? NewerVersion(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json, isFinalBlock: false, default);
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("schema_version"u8))
                    continue;
                return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int version) && version > ExecutionContract.CurrentSchemaVersion
                    ? $"the contract has schema {version}, this version reads 1 to {ExecutionContract.CurrentSchemaVersion}; it needs a newer PlanForensics"
                    : null;
            }
        }
        catch (JsonException)
        {
            return null;
        }

        return null;
    }

    private static ContractFormatException At(ReadOnlySpan<byte> json, long firstLine, long offset, string reason, Exception? inner)
    {
        (long line, long column) = JsonPlaces.LineAndColumnOf(json, offset);
        return new ContractFormatException(firstLine + line, column, reason, inner);
    }

    private static string ReasonOf(JsonException exception)
    {
        string message = exception.Message;
        int cut = message.IndexOf(" Path: ", StringComparison.Ordinal);
        string reason = cut < 0 ? message : message[..cut];
        const string missing = "missing required properties including:";
        if (reason.IndexOf(missing, StringComparison.Ordinal) is >= 0 and var start)
            return $"required fields are missing: {reason[(start + missing.Length)..].Trim().TrimEnd('.')}";
        return reason.StartsWith("The JSON value could not be converted", StringComparison.Ordinal) ? "the value does not fit this field" : reason.TrimEnd('.');
    }

    private static string ReasonOf(ArgumentException exception)
    {
        string message = exception.Message;
        if (exception.ParamName is not { } name)
            return message;
        int end = message.IndexOf(" (Parameter '", StringComparison.Ordinal);
        string reason = (end < 0 ? message : message[..end]).Replace(name, JsonNamingPolicy.SnakeCaseLower.ConvertName(name), StringComparison.Ordinal);
        return exception is ArgumentOutOfRangeException { ActualValue: { } actual } ? FormattableString.Invariant($"{reason}, but is {actual}") : reason;
    }

    // A record's own check does not know where its field stood: parts are read again, one by one, until one fails.
    private static long Locate(ReadOnlySpan<byte> json, string? property)
    {
        if (property is null)
            return 0;
        string name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property);
        Utf8JsonReader reader = new(json);
        long fallback = 0;
        Stack<long> parts = new();
        string? last = null;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                last = reader.GetString();
                if (last != name)
                    continue;
                long start = reader.TokenStartIndex;
                fallback = fallback == 0 ? start : fallback;
                if (parts.Count == 0 || Fails(json, parts.Peek(), last))
                    return start;
            }
            else if (reader.TokenType == JsonTokenType.StartObject)
            {
                parts.Push(reader.TokenStartIndex);
            }
            else if (reader.TokenType == JsonTokenType.EndObject)
            {
                parts.Pop();
            }
        }

        return fallback;
    }

    private static bool Fails(ReadOnlySpan<byte> json, long start, string property)
    {
        foreach (JsonTypeInfo type in Parts)
        {
            if (!type.Properties.Any(candidate => candidate.Name == property))
                continue;
            Utf8JsonReader reader = new(json[(int)start..]);
            try
            {
                JsonSerializer.Deserialize(ref reader, type);
            }
            catch (ArgumentException exception) when (exception.ParamName is { } name && JsonNamingPolicy.SnakeCaseLower.ConvertName(name) == property)
            {
                return true;
            }
            catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
            {
                continue;
            }
        }

        return false;
    }

    private static JsonTypeInfo[] Parts =>
    [
        ContractJson.Context.StepState, ContractJson.Context.StepShape, ContractJson.Context.CollectiveState, ContractJson.Context.StepObservation,
        ContractJson.Context.RecordedLogit, ContractJson.Context.TensorReference, ContractJson.Context.HiddenStateHash,
        ContractJson.Context.CapturedTensor, ContractJson.Context.EffectiveRequest, ContractJson.Context.DecodeConfiguration,
        ContractJson.Context.PromptTruncation, ContractJson.Context.ShapingEvent, ContractJson.Context.PolicyGate,
        ContractJson.Context.PrefixCacheUse, ContractJson.Context.ModelIdentity, ContractJson.Context.ExecutionContract,
    ];
}
