using System.Security.Cryptography;
using PlanForensics.Contracts;
using PlanForensics.Numerics;

namespace PlanForensics.Incidents;

/// <summary>A whole recorded incident (form <c>whole-incident/1</c>): the same prompts decoded greedily at several batch sizes, with row 0's logits at every step.</summary>
/// <remarks>A folder with <c>manifest.json</c>, a file of tensors for each recorded step, a file of logits for each run, and the rope tables. docs/incidents.md has the form.</remarks>
public sealed class WholeIncident
{
    /// <summary>The manifest's form.</summary>
    public const string FormatName = "whole-incident/1";

    /// <summary>Name of the manifest in an incident's folder.</summary>
    public const string ManifestName = "manifest.json";

    internal WholeIncident()
    {
    }

    /// <summary>The folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The incident's name.</summary>
    public required string Name { get; init; }

    /// <summary>What was recorded about the engine.</summary>
    public required IncidentEngine Engine { get; init; }

    /// <summary>The model's name.</summary>
    public required string ModelName { get; init; }

    /// <summary>Name of the weights' file in the model's folder.</summary>
    public required string ModelFile { get; init; }

    /// <summary>SHA-256 of the weights' file, lower-case hex.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>Format of weights and activations: fp32 or bf16.</summary>
    public required NumericFormat Format { get; init; }

    /// <summary>Threads that the engine used.</summary>
    public required int Threads { get; init; }

    /// <summary>The prompts' token ids; row 0 is the target, batch N decodes rows 0..N-1.</summary>
    public required IReadOnlyList<ValueList<int>> Prompts { get; init; }

    /// <summary>The engine's calls in order, by phase: <c>prefill</c> and <c>decode</c>.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<IncidentOperation>> Sequences { get; init; }

    /// <summary>The runs, in the manifest's order.</summary>
    public required IReadOnlyList<IncidentRun> Runs { get; init; }

    /// <summary>Cosines by absolute position, (positions, head_dim / 2) values.</summary>
    public required TensorValue RopeCosine { get; init; }

    /// <summary>Sines, as many.</summary>
    public required TensorValue RopeSine { get; init; }

    /// <summary>Reads and checks an incident.</summary>
    /// <param name="folder">Its folder, or its manifest.</param>
    /// <returns>The incident. Tensors of steps are read when they are asked for; their places are checked now.</returns>
    /// <exception cref="IncidentFormatException">The incident is damaged, incomplete or of another form.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static WholeIncident Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return IncidentReader.Read(Path.GetFileName(folder) == ManifestName && File.Exists(folder) ? Path.GetDirectoryName(Path.GetFullPath(folder))! : folder);
    }

    /// <summary>Checks that a model's folder holds the recorded weights.</summary>
    /// <param name="modelFolder">The folder.</param>
    /// <exception cref="IncidentFormatException">The weights' file is missing or another one.</exception>
    public void CheckModel(string modelFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelFolder);
        string path = Path.Combine(modelFolder, ModelFile);
        if (!File.Exists(path))
            throw new IncidentFormatException(path, "weights", $"there is no such file; {Name} was recorded with {ModelName}/{ModelFile} (sha256 {ModelSha256}): give its folder");
        using FileStream stream = File.OpenRead(path);
        string actual = Convert.ToHexStringLower(SHA256.HashData(stream));
        if (actual != ModelSha256)
            throw new IncidentFormatException(path, "weights", $"sha256 is {actual}; {Name} was recorded with {ModelName}, sha256 {ModelSha256}: give the recorded model");
    }
}
