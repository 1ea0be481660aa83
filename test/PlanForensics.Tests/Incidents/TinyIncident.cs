using System.Text.Json.Nodes;

namespace PlanForensics.Tests.Incidents;

/// <summary>A whole incident of a few bytes, written to a folder that is deleted again: two steps at batch 1, a vocabulary of 4, head dimension 2.</summary>
internal sealed class TinyIncident : IDisposable
{
    public TinyIncident()
    {
        Folder = Directory.CreateTempSubdirectory("planforensics-incident-").FullName;
        Floats("b1_logits.bin", 0, 3, 1, 2, 5, 3, 1, 2);
        Floats("rope_cos.bin", 1, 1, 0.5f, 0.5f, 0.25f, 0.25f);
        Floats("rope_sin.bin", 0, 0, 0.5f, 0.5f, 0.75f, 0.75f);
        byte[] step = new byte[96];
        BitConverter.GetBytes(1L).CopyTo(step, 0);
        BitConverter.GetBytes(2L).CopyTo(step, 8);
        BitConverter.GetBytes(1.5f).CopyTo(step, 64);
        File.WriteAllBytes(Path.Combine(Folder, "b1_s0.bin"), step);
        Manifest = JsonNode.Parse("""
            {
              "format": "whole-incident/1", "name": "tiny", "engine": { "blas": "OpenBLAS core Haswell", "env": { "OPENBLAS_CORETYPE": "Haswell" } },
              "model": { "name": "m", "file": "model.safetensors", "sha256": "0000000000000000000000000000000000000000000000000000000000000000" },
              "dtype": "f32", "threads": 1, "prompts": [[1, 2]], "sequences": { "prefill": [{ "out": "ids", "kind": "input", "call": "", "inputs": [] }], "decode": [] },
              "runs": [{
                "batch": 1, "rows": [0], "tokens_row0": [1, 0], "logits_row0": { "file": "b1_logits.bin", "shape": [2, 4], "dtype": "f32" },
                "steps": [{ "step": 0, "sequence": "prefill", "B": 1, "T": 2, "S": 2, "saved": "row0", "file": "b1_s0.bin", "token_row0": 1, "tensors": {
                  "ids": { "offset": 0, "dtype": "i64", "shape": [2], "shape_full": [2] }, "x": { "offset": 64, "dtype": "f32", "shape": [2, 4], "shape_full": [2, 4] } } }]
              }],
              "rope_tables": { "cos": { "file": "rope_cos.bin", "shape": [3, 2], "dtype": "f32" }, "sin": { "file": "rope_sin.bin", "shape": [3, 2], "dtype": "f32" } }
            }
            """)!.AsObject();
        Save();
    }

    public string Folder { get; }

    public JsonObject Manifest { get; }

    public JsonObject Run => Manifest["runs"]![0]!.AsObject();

    public JsonObject Step => Run["steps"]![0]!.AsObject();

    public void Save() => File.WriteAllText(Path.Combine(Folder, "manifest.json"), Manifest.ToJsonString());

    public void Floats(string file, params float[] values) => File.WriteAllBytes(Path.Combine(Folder, file), [.. values.SelectMany(BitConverter.GetBytes)]);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
