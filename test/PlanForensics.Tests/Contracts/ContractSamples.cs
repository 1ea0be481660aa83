using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Tests.Contracts;

/// <summary>Contracts to test with; one has every field set, found by reflection, so that a new field cannot be forgotten.</summary>
internal static class ContractSamples
{
    public static ModelIdentity Model { get; } = new() { Name = "tiny", WeightsSha256 = new string('a', 64) };

    public static ExecutionContract Small(string requestId = "r1", int steps = 3) => new()
    {
        SchemaVersion = ExecutionContract.CurrentSchemaVersion,
        RequestId = requestId,
        RecordedAt = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
        Model = Model,
        Request = EffectiveRequest.FromTokenIds([1, 5, 9], new DecodeConfiguration { Method = "greedy", Temperature = 0 }),
        Steps = Enumerable.Range(0, steps).Select(index => Step(index)).ToValueList(),
    };

    public static ContractStep Step(int index, int token = 7) => new()
    {
        State = State(index),
        Observation = StepObservation.FromLogits(TensorValue.FromFp32([0.5f, token, index, -0.0f], 4), token),
    };

    public static StepState State(int index) => new()
    {
        StepIndex = index,
        Phase = index == 0 ? ExecutionPhase.Prefill : ExecutionPhase.Decode,
        Shape = new StepShape { QueryLength = index == 0 ? 3 : 1, KeyLength = 3 + index, Heads = 8, Hidden = 64 },
        BatchSize = 2,
        PaddedBatch = 8,
        AlgorithmId = "66",
    };

    /// <summary>Every settable property of every record set to something that is not its default, unknown fields included.</summary>
    public static ExecutionContract Full(bool withUnknown = true)
    {
        ExecutionContract contract = (ExecutionContract)Make(typeof(ExecutionContract), nameof(ExecutionContract), withUnknown);
        return contract with
        {
            Request = contract.Request with { EffectiveTokenCount = 2, EffectiveTokenHash = ContentHash.OfTokenIds([3, 4]) },
        };
    }

    private static object Make(Type type, string name, bool withUnknown)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(int) || type == typeof(long))
            return Convert.ChangeType(name == "SchemaVersion" ? 1 : 1 + name.Length, type, null);
        if (type == typeof(double))
            return 0.1 + (name.Length / 100.0);
        if (type == typeof(bool))
            return true;
        if (type == typeof(uint))
            return BitConverter.SingleToUInt32Bits(1.5f);
        if (type == typeof(string))
            return name.EndsWith("Sha256", StringComparison.Ordinal) || name == "PlanFingerprint" ? new string('b', 64)
                : name == nameof(EffectiveRequest.EffectiveTokenPrefixHashes) ? new string('c', 16) : $"{name} \"ünïcode\" \u2028 text";
        if (type == typeof(DateTimeOffset))
            return new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero).AddTicks(1234567 + name.Length);
        if (type == typeof(ExecutionPhase))
            return ExecutionPhase.Decode;
        if (type == typeof(NumericFormat))
            return NumericFormat.Fp32;
        if (type == typeof(ContentHash))
            return name == "ChosenTokenHash" ? ContentHash.FromHmacSha256("k-1", new string('d', 64)) : ContentHash.OfText($"{name} \"ünïcode\" \u2028 text".Replace("Hash", "", StringComparison.Ordinal));
        if (type == typeof(ValueMap))
            return new ValueMap([new("B", "2"), new("a b", ""), new("A", "1")]);
        if (type == typeof(TensorReference))
            return TensorReference.Of(TensorValue.FromFp32([1f, float.NaN, -0f, 4f], 2, 2)) with { UnknownFields = Unknown(withUnknown) };
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueList<>))
            return MakeList(type, name, withUnknown);
        return MakeRecord(type, withUnknown);
    }

    private static object MakeList(Type type, string name, bool withUnknown)
    {
        Type element = type.GetGenericArguments()[0];
        Array items = Array.CreateInstance(element, element == typeof(ContractStep) ? 1 : 2);
        for (int index = 0; index < items.Length; index++)
            items.SetValue(element == typeof(int) ? index + 3 : Make(element, name, withUnknown), index);
        return Activator.CreateInstance(type, BindingFlags.NonPublic | BindingFlags.Instance, null, [items], null)!;
    }

    private static object MakeRecord(Type type, bool withUnknown)
    {
        object record = Activator.CreateInstance(type)!;
        foreach (PropertyInfo property in JsonProperties(type))
            property.SetValue(record, Make(property.PropertyType, property.Name, withUnknown));
        type.GetProperty(nameof(ExtensibleRecord.UnknownFields))!.SetValue(record, Unknown(withUnknown));
        if (record is StepObservation observation)
            return observation with { LogitsSha256 = observation.Logits!.Sha256, LogitsFormat = NumericFormat.Fp32 };
        return record;
    }

    /// <summary>The public properties that JSON carries and code sets.</summary>
    public static IEnumerable<PropertyInfo> JsonProperties(Type type) => type.GetProperties()
        .Where(property => property.SetMethod is { IsPublic: true } && property.GetCustomAttribute<JsonIgnoreAttribute>() is null);

    /// <summary>Every record type that JSON carries.</summary>
    public static IEnumerable<Type> Records => typeof(ExtensibleRecord).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(ExtensibleRecord)));

    private static UnknownFields? Unknown(bool wanted) => wanted
        ? new UnknownFields(JsonDocument.Parse("{\"zz_new\":{\"a\":[1,2.50,null,\"x\"]},\"tenant\":\"t\"}").RootElement.EnumerateObject()
            .Select(field => new KeyValuePair<string, JsonElement>(field.Name, field.Value)))
        : null;
}
