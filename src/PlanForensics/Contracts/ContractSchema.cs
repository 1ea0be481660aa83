using System.Text;

namespace PlanForensics.Contracts;

/// <summary>The published JSON Schema of a contract (draft-07), as it lies in this assembly.</summary>
public static class ContractSchema
{
    /// <summary>Name of the embedded resource and of the published file.</summary>
    public const string FileName = "execution-contract.schema.json";

    /// <summary>Reads the schema.</summary>
    /// <returns>The schema as JSON text.</returns>
    public static string ReadText()
    {
        using Stream stream = typeof(ContractSchema).Assembly.GetManifestResourceStream($"PlanForensics.Contracts.{FileName}")
            ?? throw new InvalidOperationException($"the resource {FileName} is missing from the assembly; it was built without its embedded files");
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
