using System.Collections.ObjectModel;
using PlanForensics.Numerics;

namespace PlanForensics.Models;

/// <summary>The tensors of one model, from a single safetensors file or from the shards that an index names.</summary>
public sealed class SafetensorsSet : IDisposable
{
    /// <summary>The file name of an unsharded model.</summary>
    public const string SingleFileName = "model.safetensors";

    /// <summary>The file name of the index of a sharded model.</summary>
    public const string IndexFileName = "model.safetensors.index.json";

    private readonly Dictionary<string, SafetensorsFile> _fileOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly List<SafetensorsFile> _files = [];

    private SafetensorsSet(string path) => Path = path;

    /// <summary>The safetensors file or the index that was opened.</summary>
    public string Path { get; }

    /// <summary>The open files, in ordinal order of their names.</summary>
    public IReadOnlyList<SafetensorsFile> Files => _files;

    /// <summary>The metadata of all files together.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>The names of all tensors, in no particular order.</summary>
    public IReadOnlyCollection<string> Names => new ReadOnlySet<string>(_fileOf.Keys.ToHashSet(StringComparer.Ordinal));

    /// <summary>Opens a model's tensors.</summary>
    /// <param name="path">
    /// A folder with <see cref="SingleFileName"/> or else <see cref="IndexFileName"/>; an index (<c>*.json</c>); or a safetensors file.
    /// </param>
    /// <returns>The open set; dispose it to unmap every file.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="IOException">A file is missing or cannot be opened.</exception>
    /// <exception cref="ModelFormatException">A header or the index is damaged, or the shards and the index disagree.</exception>
    public static SafetensorsSet Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            string single = System.IO.Path.Combine(path, SingleFileName);
            path = File.Exists(single) ? single : System.IO.Path.Combine(path, IndexFileName);
            if (!File.Exists(path))
                throw new FileNotFoundException($"neither {SingleFileName} nor {IndexFileName} in {System.IO.Path.GetDirectoryName(path)}", path);
        }

        SafetensorsSet set = new(path);
        try
        {
            if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
                set.OpenShards(SafetensorsIndex.Read(path));
            else
                set.Add(SafetensorsFile.Open(path));
            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <summary>Looks a tensor up.</summary>
    /// <param name="name">The exact name.</param>
    /// <returns>Its entry, or null.</returns>
    public SafetensorsTensor? Find(string name) => _fileOf.GetValueOrDefault(name)?.Find(name);

    /// <summary>A tensor as a value of its own, copied bit for bit (<see cref="SafetensorsFile.Read"/>).</summary>
    /// <param name="name">The exact name.</param>
    /// <returns>The tensor in the format in which it is stored. <i>Bitwise: identical on every machine.</i></returns>
    /// <exception cref="KeyNotFoundException">No tensor has the name.</exception>
    /// <exception cref="ModelFormatException">The type is not F32, F16 or BF16, or the tensor is too large.</exception>
    public TensorValue Read(string name) =>
        (_fileOf.GetValueOrDefault(name) ?? throw new KeyNotFoundException($"{Path} holds no tensor named '{name}'")).Read(name);

    /// <summary>The path of the file that holds a tensor.</summary>
    /// <param name="name">The exact name.</param>
    /// <returns>The file's path; the set's own where no tensor has the name.</returns>
    public string PathOf(string name) => _fileOf.GetValueOrDefault(name)?.Path ?? Path;

    /// <summary>Unmaps every file.</summary>
    public void Dispose()
    {
        foreach (SafetensorsFile file in _files)
            file.Dispose();
    }

    private void OpenShards(Dictionary<string, string> shards)
    {
        string folder = System.IO.Path.GetDirectoryName(Path) ?? "";
        foreach (string shard in shards.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            Add(SafetensorsFile.Open(System.IO.Path.Combine(folder, shard)));
        foreach ((string name, string shard) in shards)
            if (!_fileOf.TryGetValue(name, out SafetensorsFile? file) || System.IO.Path.GetFileName(file.Path) != shard)
                throw new ModelFormatException(Path, $"weight_map.{name}", $"is said to be in {shard}, which does not hold it");
        foreach ((string name, SafetensorsFile file) in _fileOf)
            if (!shards.ContainsKey(name))
                throw new ModelFormatException(file.Path, name, $"is in the shard but not in {IndexFileName}", file.Find(name)!.Offset);
    }

    private void Add(SafetensorsFile file)
    {
        _files.Add(file);
        foreach (SafetensorsTensor tensor in file.Tensors)
            if (!_fileOf.TryAdd(tensor.Name, file))
                throw new ModelFormatException(file.Path, tensor.Name, $"is also in {_fileOf[tensor.Name].Path}", tensor.Offset);
        foreach ((string key, string value) in file.Metadata)
            _metadata[key] = value;
    }
}
