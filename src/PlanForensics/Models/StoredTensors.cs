using PlanForensics.Numerics;

namespace PlanForensics.Models;

/// <summary>Takes a model's tensors out of safetensors one by one, following aliases, and knows at the end which nobody asked for.</summary>
/// <remarks>
/// Writers that drop one of two shared tensors record it in the header as <c>"__metadata__": {"dropped": "kept"}</c>; such an alias is followed.
/// </remarks>
internal sealed class StoredTensors(SafetensorsSet files)
{
    private readonly Dictionary<string, TensorValue> _taken = new(StringComparer.Ordinal);

    public string Path => files.Path;

    public bool Contains(string name) => Resolve(name) is not null;

    /// <summary>Reads a tensor; two names of one stored tensor give the same instance.</summary>
    /// <exception cref="ModelFormatException">The tensor is missing, has another shape, or cannot be read.</exception>
    public TensorValue Take(string name, params int[] expected)
    {
        string shape = string.Join(", ", expected);
        if (Resolve(name) is not { } stored)
            throw new ModelFormatException(files.Path, name, $"is missing; expected shape [{shape}]");
        SafetensorsTensor entry = files.Find(stored)!;
        if (!entry.Shape.SequenceEqual(expected.Select(d => (long)d)))
            throw new ModelFormatException(files.PathOf(stored), stored, $"has shape [{string.Join(", ", entry.Shape)}], expected [{shape}]", entry.Offset);
        if (_taken.TryGetValue(stored, out TensorValue? value))
            return value;
        return _taken[stored] = files.Read(stored);
    }

    /// <summary>A tensor that nobody took would silently change nothing: it is refused instead, known buffers apart.</summary>
    public void RefuseTheRest(Func<string, bool> isBuffer)
    {
        foreach (string name in files.Names.Order(StringComparer.Ordinal))
        {
            if (_taken.ContainsKey(name) || isBuffer(name))
                continue;
            SafetensorsTensor entry = files.Find(name)!;
            throw new ModelFormatException(files.PathOf(name), name, $"{entry} belongs to no operator of the model that config.json describes", entry.Offset);
        }
    }

    private string? Resolve(string name)
    {
        if (files.Find(name) is not null)
            return name;
        return files.Metadata.TryGetValue(name, out string? alias) && files.Find(alias) is not null ? alias : null;
    }
}
