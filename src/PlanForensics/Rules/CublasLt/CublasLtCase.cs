using System.Collections.Immutable;

namespace PlanForensics.Rules.CublasLt;

/// <summary>One product that cuBLASLt was asked for, and what its heuristic answered.</summary>
/// <param name="M">Rows of the output, at least 1.</param>
/// <param name="N">Columns of the output, at least 1.</param>
/// <param name="K">Terms of each sum, at least 1.</param>
/// <param name="Kind">The operands.</param>
/// <param name="Config">The heuristic's config; null when it gave none.</param>
public sealed record CublasLtCase(int M, int N, int K, CublasLtKind Kind, CublasLtConfig? Config)
{
    /// <summary>Reads a case file: an object whose <c>cases</c> is an array, or the array itself.</summary>
    /// <param name="json">JSON, UTF-8. Each case has <c>M</c>, <c>N</c>, <c>K</c>, <c>kind</c> and <c>config</c> (nine numbers or nulls, or null); other fields are not read.</param>
    /// <param name="source">Named in errors.</param>
    /// <returns>The cases, in the file's order.</returns>
    /// <exception cref="CublasLtFormatException">The text is no JSON, or a case lacks a field or has a value out of range.</exception>
    public static ImmutableArray<CublasLtCase> ParseAll(ReadOnlyMemory<byte> json, string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        JsonPart file = JsonPart.Parse(json, source);
        JsonPart cases = file.Element.ValueKind == System.Text.Json.JsonValueKind.Array ? file with { Field = "cases" } : file.Member("cases");
        return [.. cases.Items().Select(Read)];
    }

    private static CublasLtCase Read(JsonPart part)
    {
        JsonPart kind = part.Member("kind");
        if (!CublasLtKinds.TryParse(kind.Text(), out CublasLtKind read))
            throw kind.Bad("fp16, bf16 or fp8");
        JsonPart config = part.Member("config");
        return new CublasLtCase(
            part.Member("M").Integer(1, int.MaxValue),
            part.Member("N").Integer(1, int.MaxValue),
            part.Member("K").Integer(1, int.MaxValue),
            read,
            config.IsNull ? null : CublasLtConfig.FromVector([.. config.Items(CublasLtConfig.Length).Select(value => value.IntegerOrNull())]));
    }
}
