using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PlanForensics.Contracts;

/// <summary>Contracts as JSON: snake_case names, absent for "not recorded", unknown fields kept.</summary>
public static class ContractJson
{
    internal static ContractJsonContext Context { get; } = new(new JsonSerializerOptions(ContractJsonContext.Default.Options)
    {
        AllowDuplicateProperties = false,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>One contract as one line of JSON, without a line end.</summary>
    /// <param name="contract">The contract.</param>
    /// <returns>The line.</returns>
    /// <exception cref="ArgumentNullException">The contract is null.</exception>
    public static string Format(ExecutionContract contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return JsonSerializer.Serialize(contract, Context.ExecutionContract);
    }

    /// <summary>Reads one contract.</summary>
    /// <param name="json">The JSON text, one object.</param>
    /// <returns>The contract.</returns>
    /// <exception cref="ArgumentNullException">The text is null.</exception>
    /// <exception cref="ContractFormatException">The text is not a contract; line and column say where.</exception>
    public static ExecutionContract Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return ContractParser.Parse(System.Text.Encoding.UTF8.GetBytes(json), firstLine: 1);
    }

    /// <summary>One step's state as one line of JSON, without a line end.</summary>
    /// <param name="state">The state.</param>
    /// <returns>The line.</returns>
    public static string Format(StepState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return JsonSerializer.Serialize(state, Context.StepState);
    }

    /// <summary>Reads one step's state: the object that stands under <c>state</c> in a contract's steps.</summary>
    /// <param name="json">The JSON text, one object.</param>
    /// <returns>The state.</returns>
    /// <exception cref="ArgumentNullException">The text is null.</exception>
    /// <exception cref="ContractFormatException">The text is not a state; line and column say where.</exception>
    public static StepState ParseState(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return ContractParser.Parse(System.Text.Encoding.UTF8.GetBytes(json), firstLine: 1, Context.StepState, static _ => null);
    }

    internal static string Format<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.Serialize(value, type);
}
