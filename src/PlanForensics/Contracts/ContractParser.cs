using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PlanForensics.Contracts;

/// <summary>Reads one contract and turns every failure into a place and a reason.</summary>
internal static class ContractParser
{
    public static ExecutionContract Parse(ReadOnlySpan<byte> json, long firstLine)
    {
        try
        {
            ExecutionContract contract = JsonSerializer.Deserialize(json, ContractJson.Context.ExecutionContract)
                ?? throw new JsonException("expected an object, found null");
            if (ContractRules.FindProblem(contract) is { } problem)
                throw new ContractFormatException(firstLine, 1, problem);
            return contract;
        }
        catch (JsonException exception)
        {
            if (NewerVersion(json) is { } version)
                throw new ContractFormatException(firstLine, 1, version, exception);
            long line = firstLine + (exception.LineNumber ?? 0);
            throw new ContractFormatException(line, (exception.BytePositionInLine ?? 0) + 1, ReasonOf(exception), exception);
        }
        catch (ArgumentException exception)
        {
            (long line, long column) = Locate(json, exception.ParamName);
            throw new ContractFormatException(firstLine + line, column, ReasonOf(exception), exception);
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

    private static string ReasonOf(Exception exception)
    {
        string message = exception.Message;
        if (exception is JsonException { Path: { Length: > 0 } path } && message.IndexOf(" Path: ", StringComparison.Ordinal) is > 0 and var cut)
            return $"{message[..cut]} (at {path})";
        if (exception is ArgumentException { ParamName: { } name })
        {
            int end = message.IndexOf(" (Parameter '", StringComparison.Ordinal);
            string reason = (end < 0 ? message : message[..end]).Replace(name, JsonNamingPolicy.SnakeCaseLower.ConvertName(name), StringComparison.Ordinal);
            return exception is ArgumentOutOfRangeException { ActualValue: { } actual } ? FormattableString.Invariant($"{reason}, but is {actual}") : reason;
        }

        return message;
    }

    // A record's own check does not know where its field stood: parts are read again, one by one, until one fails.
    private static (long Line, long Column) Locate(ReadOnlySpan<byte> json, string? property)
    {
        if (property is null)
            return (0, 1);
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
                    return PlaceOf(json, start);
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

        return PlaceOf(json, fallback);
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

    private static (long Line, long Column) PlaceOf(ReadOnlySpan<byte> json, long offset)
    {
        ReadOnlySpan<byte> before = json[..(int)offset];
        return (before.Count((byte)'\n'), offset - before.LastIndexOf((byte)'\n'));
    }
}
