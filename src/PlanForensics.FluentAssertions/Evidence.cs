using System.Security.Cryptography;
using System.Text;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Store;

namespace PlanForensics.FluentAssertions;

/// <summary>Writes evidence and gives the command lines that read it.</summary>
internal static class Evidence
{
    private const long MostBytes = 256L << 20;

    /// <summary>Two tensors as raw files; the command compares them.</summary>
    public static string? Diff(TensorValue expected, TensorValue actual, string options)
    {
        if (expected.Bytes.Length + (long)actual.Bytes.Length > MostBytes)
            return $"(the tensors hold more than {MostBytes >> 20} MiB and were not written)";
        return Try(folder =>
        {
            string name = $"tensors-{Hash(expected.Sha256 + actual.Sha256)}";
            string fileA = Write(folder, $"{name}.expected.bin", expected);
            string fileB = Write(folder, $"{name}.actual.bin", actual);
            string shape = actual.Shape.Length == 0 ? "1" : string.Join(',', actual.Shape.ToArray());
            return $"planforensics diff {Quote(fileA)} {Quote(fileB)} --dtype {NumericFormats.NameOf(actual.Format)} --shape {shape}{options}";
        });
    }

    /// <summary>Traces in a store of their own; the commands are made from its path and the traces' ids in it.</summary>
    public static string? Store(ExecutionContract[] traces, Func<string, string[], string> command) => Try(folder =>
    {
        string[] ids = [.. traces.Select((trace, index) => traces.Take(index).Any(other => other.RequestId == trace.RequestId) ? $"{trace.RequestId} ({index + 1})" : trace.RequestId)];
        ExecutionContract[] named = [.. traces.Select((trace, index) => trace with { RequestId = ids[index] })];
        string path = Path.Combine(folder, $"traces-{Hash(string.Join('\n', named.Select(ContractJson.Format)))}.db");
        using (ContractStore store = ContractStore.Open(path))
            foreach (ExecutionContract trace in named)
                store.Write(trace);
        return command(Quote(path), [.. ids.Select(Quote)]);
    });

    public static string Quote(string argument) =>
        argument.Length > 0 && argument.All(letter => char.IsAsciiLetterOrDigit(letter) || "-_./\\:+,=".Contains(letter, StringComparison.Ordinal)) ? argument : $"\"{argument.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string? Try(Func<string, string> write)
    {
        if (AssertionEvidence.Folder is not { } folder)
            return null;
        try
        {
            Directory.CreateDirectory(folder);
            return write(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ContractStoreException or NotSupportedException or ArgumentException)
        {
            return $"(no evidence was written: {exception.Message})";
        }
    }

    private static string Write(string folder, string name, TensorValue tensor)
    {
        string path = Path.Combine(folder, name);
        using FileStream file = File.Create(path);
        file.Write(tensor.Bytes.Span);
        return path;
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
}
