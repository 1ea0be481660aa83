using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PlanForensics.Contracts;

namespace PlanForensics.Store;

/// <summary>What the store keeps as JSON text: contract types by the contracts' own rules (formats by name, bits in hexadecimal), its own by its own.</summary>
internal static class StoreJson
{
    private static JsonSerializerOptions Rules { get; } = new(ContractJson.Context.Options)
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(ContractJson.Context, StoreJsonContext.Default),
    };

    public static string Format<T>(T value) => JsonSerializer.Serialize(value, (JsonTypeInfo<T>)Rules.GetTypeInfo(typeof(T)));

    public static string? FormatOrNull<T>(T? value)
        where T : class => value is null ? null : Format(value);

    public static T? Parse<T>(string? json)
        where T : class => json is null ? null : JsonSerializer.Deserialize(json, (JsonTypeInfo<T>)Rules.GetTypeInfo(typeof(T)));
}
