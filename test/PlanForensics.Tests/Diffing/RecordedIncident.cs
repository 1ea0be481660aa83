using System.Text.Json;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Tests.Diffing;

/// <summary>A whole-model incident recorded from PyTorch: contracts of row 0 at several batch sizes, and what its recorder found to differ.</summary>
internal sealed class RecordedIncident(string name)
{
    private readonly JsonElement _manifest = JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf("incidents", name, "manifest.json"))).RootElement;

    public NumericFormat Format => _manifest.GetProperty("dtype").GetString() == "bf16" ? NumericFormat.Bf16 : NumericFormat.Fp32;

    public JsonElement DivergenceFromBatch1(int batch) => _manifest.GetProperty("divergence").GetProperty($"batch{batch}_vs_batch1");

    public ExecutionContract ContractOf(int batch)
    {
        JsonElement run = _manifest.GetProperty("runs").EnumerateArray().First(run => run.GetProperty("batch").GetInt32() == batch);
        int[] prompt = [.. _manifest.GetProperty("prompts")[0].EnumerateArray().Select(static id => id.GetInt32())];
        int[] tokens = [.. run.GetProperty("tokens").EnumerateArray().Select(static rows => rows[0].GetInt32())];
        byte[] logits = File.ReadAllBytes(SharedData.PathOf("incidents", name, $"b{batch}_logits.bin"));
        int stepBytes = logits.Length / tokens.Length;
        return new ExecutionContract
        {
            SchemaVersion = ExecutionContract.CurrentSchemaVersion,
            RequestId = $"{name}-b{batch}",
            RecordedAt = DateTimeOffset.UnixEpoch,
            Model = new ModelIdentity { Name = name, WeightsSha256 = _manifest.GetProperty("model").GetProperty("sha256").GetString() },
            Request = EffectiveRequest.FromTokenIds(prompt, new DecodeConfiguration { Method = "greedy", Temperature = 0 }),
            Steps = tokens.Select((token, index) => new ContractStep
            {
                State = new StepState
                {
                    StepIndex = index,
                    Phase = index == 0 ? ExecutionPhase.Prefill : ExecutionPhase.Decode,
                    Shape = new StepShape { QueryLength = index == 0 ? prompt.Length : 1, KeyLength = prompt.Length + index },
                    BatchSize = batch,
                },
                Observation = StepObservation.FromLogits(Logits(logits.AsSpan(index * stepBytes, stepBytes)), token),
            }).ToValueList(),
        };
    }

    private TensorValue Logits(ReadOnlySpan<byte> bytes) => TensorValue.FromBytes(Format, bytes, bytes.Length / NumericFormats.BytesPerElement(Format));
}
