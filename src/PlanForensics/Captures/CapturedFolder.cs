using System.Security.Cryptography;
using PlanForensics.Contracts;
using PlanForensics.Models;
using PlanForensics.Numerics;

namespace PlanForensics.Captures;

/// <summary>A folder that <c>capture/planforensics_capture.py</c> wrote: JSON lines of each rank, and safetensors files that hold the bytes of the tensors they refer to.</summary>
/// <remarks>
/// A tensor is found by the SHA-256 of its bytes, whatever its name and file, so bytes that were changed are never taken for the recorded ones. A request that several ranks recorded
/// becomes one contract with the steps of all. Bitwise: identical on every machine.
/// </remarks>
public sealed class CapturedFolder : IDisposable
{
    private readonly List<SafetensorsFile> _files;
    private readonly Dictionary<string, (SafetensorsFile File, SafetensorsTensor Tensor)> _tensors;
    private readonly string[] _lines;

    private CapturedFolder(string folder, string[] lines, List<SafetensorsFile> files, Dictionary<string, (SafetensorsFile, SafetensorsTensor)> tensors) =>
        (Folder, _lines, _files, _tensors) = (folder, lines, files, tensors);

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Tensors with different bytes in the folder.</summary>
    public int TensorCount => _tensors.Count;

    /// <summary>References, of the contracts read so far, to tensors that the folder does not hold.</summary>
    public int MissingTensors { get; private set; }

    /// <summary>Whether a folder holds JSON lines of contracts, and no manifest of a whole incident.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>True when <see cref="Open"/> can read it.</returns>
    public static bool IsOne(string folder) =>
        Directory.Exists(folder) && !File.Exists(Path.Combine(folder, "manifest.json")) && Directory.EnumerateFiles(folder, "*.jsonl").Any();

    /// <summary>Opens a folder and hashes the tensors of its safetensors files.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The folder; dispose it to close its files.</returns>
    /// <exception cref="FileNotFoundException">It holds no .jsonl file.</exception>
    /// <exception cref="ModelFormatException">A safetensors file is damaged.</exception>
    public static CapturedFolder Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string[] lines = [.. Directory.EnumerateFiles(folder, "*.jsonl").Order(StringComparer.Ordinal)];
        if (lines.Length == 0)
            throw new FileNotFoundException($"{folder} holds no .jsonl file; planforensics_capture.py writes contracts-rank0.jsonl", folder);
        var files = new List<SafetensorsFile>();
        var tensors = new Dictionary<string, (SafetensorsFile, SafetensorsTensor)>();
        try
        {
            foreach (string path in Directory.EnumerateFiles(folder, "*.safetensors").Order(StringComparer.Ordinal))
            {
                SafetensorsFile file = SafetensorsFile.Open(path);
                files.Add(file);
                foreach (SafetensorsTensor tensor in file.Tensors)
                    tensors.TryAdd(Convert.ToHexStringLower(SHA256.HashData(file.MappedBytes(tensor.Name).Span)), (file, tensor));
            }
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }

        return new CapturedFolder(folder, lines, files, tensors);
    }

    /// <summary>Reads the contracts, each with the bytes of its tensors.</summary>
    /// <param name="options">What to do with damaged lines; null stops at the first.</param>
    /// <returns>The contracts, in the order of the files and lines in which they come first.</returns>
    /// <exception cref="ContractFormatException">A line is damaged, or two ranks recorded the same step as the same rank.</exception>
    public IEnumerable<ExecutionContract> Read(ContractReadOptions? options = null)
    {
        MissingTensors = 0;
        return _lines.Length == 1 ? ReadFile(_lines[0], options).Select(WithTensors) : ReadRanks(options);
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private static IEnumerable<ExecutionContract> ReadFile(string path, ContractReadOptions? options)
    {
        using FileStream stream = File.OpenRead(path);
        foreach (ExecutionContract contract in new ContractLineReader(stream, options).Read())
            yield return contract;
    }

    private IEnumerable<ExecutionContract> ReadRanks(ContractReadOptions? options)
    {
        var order = new List<string>();
        var merged = new Dictionary<string, ExecutionContract>();
        foreach (ExecutionContract contract in _lines.SelectMany(path => ReadFile(path, options)))
        {
            if (merged.TryGetValue(contract.RequestId, out ExecutionContract? known))
            {
                merged[contract.RequestId] = known with { Steps = known.Steps.Concat(contract.Steps).ToValueList(), CompletedAt = known.CompletedAt ?? contract.CompletedAt };
                continue;
            }

            order.Add(contract.RequestId);
            merged.Add(contract.RequestId, contract);
        }

        return order.Select(id => WithTensors(merged[id]));
    }

    private ExecutionContract WithTensors(ExecutionContract contract) => contract with { Steps = contract.Steps.Select(WithTensors).ToValueList() };

    private ContractStep WithTensors(ContractStep step) => step with
    {
        Observation = step.Observation with
        {
            Logits = step.Observation.Logits is { } logits ? WithBytes(logits) : null,
            CapturedTensors = step.Observation.CapturedTensors is { } captured
                ? captured.Select(item => item with { Tensor = WithBytes(item.Tensor) }).ToValueList()
                : null,
        },
    };

    private TensorReference WithBytes(TensorReference reference)
    {
        if (reference.Value is not null)
            return reference;
        long bytes = reference.Shape.Aggregate((long)NumericFormats.BytesPerElement(reference.Format), (size, length) => size * length);
        if (!_tensors.TryGetValue(reference.Sha256, out (SafetensorsFile File, SafetensorsTensor Tensor) found) || found.Tensor.LengthBytes != bytes)
        {
            MissingTensors++;
            return reference;
        }

        return reference.WithValue(TensorValue.FromBytes(reference.Format, found.File.MappedBytes(found.Tensor.Name), reference.Shape.AsSpan()));
    }
}
