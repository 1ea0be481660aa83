using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Incidents;

/// <summary>Turns an incident's runs into contracts, so that the store, the diff and the attribution read them like any recording.</summary>
public static class IncidentContracts
{
    /// <summary>The request id of a run: <c>NAME/batch-N</c>.</summary>
    /// <param name="incident">The incident.</param>
    /// <param name="batch">Rows of the batch.</param>
    /// <returns>The id.</returns>
    public static string RequestIdOf(WholeIncident incident, int batch)
    {
        ArgumentNullException.ThrowIfNull(incident);
        return FormattableString.Invariant($"{incident.Name}/batch-{batch}");
    }

    /// <summary>The contract of one run's row 0: its prompt, every step's state and environment, and every step's logits.</summary>
    /// <param name="incident">The incident.</param>
    /// <param name="run">A run of it.</param>
    /// <returns>The contract. No time was recorded: it says the Unix epoch.</returns>
    public static ExecutionContract Of(WholeIncident incident, IncidentRun run)
    {
        ArgumentNullException.ThrowIfNull(incident);
        ArgumentNullException.ThrowIfNull(run);
        ValueList<int> prompt = incident.Prompts[0];
        return new ExecutionContract
        {
            SchemaVersion = ExecutionContract.CurrentSchemaVersion,
            RequestId = RequestIdOf(incident, run.Batch),
            RecordedAt = DateTimeOffset.UnixEpoch,
            Model = new ModelIdentity { Name = incident.ModelName, WeightsSha256 = incident.ModelSha256 },
            Request = EffectiveRequest.FromTokenIds(prompt.AsSpan(), new DecodeConfiguration { Method = "greedy", Temperature = 0, TieRule = "lowest_id", MaxTokens = run.Tokens.Count }),
            Steps = Enumerable.Range(0, run.Tokens.Count).Select(step => new ContractStep
            {
                State = StateOf(incident, run.Batch, step),
                Observation = StepObservation.FromLogits(run.LogitsOf(step), run.Tokens[step]) with { CapturedTensors = RopeOf(incident, prompt.Count, step) },
            }).ToValueList(),
        };
    }

    /// <summary>The rows of the recorded tables that a step used: a replay of the contract takes them as given.</summary>
    private static ValueList<CapturedTensor> RopeOf(WholeIncident incident, int prompt, int step)
    {
        (int first, int count) = step == 0 ? (0, prompt) : (prompt + step - 1, 1);
        return [Rows("rope cos", incident.RopeCosine), Rows("rope sin", incident.RopeSine)];

        CapturedTensor Rows(string name, TensorValue table)
        {
            int bytes = NumericFormats.BytesPerElement(table.Format) * table.Shape[1];
            return new CapturedTensor { Name = name, Tensor = TensorReference.Of(TensorValue.FromBytes(table.Format, table.Bytes.Slice(first * bytes, count * bytes), count, table.Shape[1])) };
        }
    }

    /// <summary>The state of one step at a batch size.</summary>
    /// <param name="incident">The incident.</param>
    /// <param name="batch">Rows of the batch.</param>
    /// <param name="step">0-based step; 0 is the prefill.</param>
    /// <returns>The state, with the recorded environment.</returns>
    public static StepState StateOf(WholeIncident incident, int batch, int step)
    {
        ArgumentNullException.ThrowIfNull(incident);
        int prompt = incident.Prompts[0].Count;
        int rows = step == 0 ? prompt : 1;
        return new StepState
        {
            StepIndex = step,
            Phase = step == 0 ? ExecutionPhase.Prefill : ExecutionPhase.Decode,
            Shape = new StepShape { QueryLength = rows, KeyLength = prompt + step },
            BatchSize = batch,
            BatchTokens = batch * rows,
            ThreadCount = incident.Threads,
            LibraryVersions = incident.Engine.Versions,
            Environment = incident.Engine.Environment,
        };
    }
}
