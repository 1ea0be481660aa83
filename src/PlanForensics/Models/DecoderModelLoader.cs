using PlanForensics.Numerics;

namespace PlanForensics.Models;

/// <summary>Tells what kind of model a path is, and reads it.</summary>
internal static class DecoderModelLoader
{
    public static DecoderModel Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            return LoadHuggingFace(path, path);
        if (!File.Exists(path))
            throw new FileNotFoundException($"no model at {path}: expected a folder with config.json and safetensors, or a llama2.c checkpoint (*.bin)", path);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".bin" => Llama2cCheckpoint.Load(path),
            ".safetensors" or ".json" => LoadHuggingFace(folder, Path.GetFileName(path) == HuggingFaceConfiguration.FileName ? folder : path),
            _ => throw new ModelFormatException(path, "file name", "is no model that this library reads: a folder, *.safetensors or *.bin (llama2.c)"),
        };
    }

    private static DecoderModel LoadHuggingFace(string folder, string weights)
    {
        ModelConfiguration configuration = HuggingFaceConfiguration.Read(Path.Combine(folder, HuggingFaceConfiguration.FileName));
        using SafetensorsSet files = SafetensorsSet.Open(weights);
        StoredTensors stored = new(files);
        Dictionary<DecoderTensorKey, TensorValue> tensors = configuration.Position == PositionKind.Learned
            ? Gpt2Tensors.Read(stored, configuration)
            : LlamaTensors.Read(stored, configuration);
        return new DecoderModel(configuration, tensors, [.. files.Files.Select(f => new ModelFile(f.Path, f.LengthBytes, f.ComputeSha256()))]);
    }
}
