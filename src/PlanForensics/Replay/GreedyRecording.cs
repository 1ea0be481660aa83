using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>Runs a prompt greedily under a schedule and records it as a serving engine would: a contract to compare others with.</summary>
public static class GreedyRecording
{
    /// <summary>Runs a prompt: one prefill, then decode steps.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="model">The model.</param>
    /// <param name="requestId">The contract's request id.</param>
    /// <param name="promptTokens">The prompt's token ids, at least one.</param>
    /// <param name="schedule">The plan of each step.</param>
    /// <param name="steps">Steps, the prefill included; fewer where the context is full.</param>
    /// <param name="batchSize">Batch size that the decode steps' states say; the prefill's is 1. Rows of other requests are not run.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>The contract, with full logits. Times are the Unix epoch.</returns>
    /// <exception cref="PlanNotSupportedException">A plan is refused.</exception>
    public static ExecutionContract Run(
        IReplayEngine engine, ReplayModel model, string requestId, ReadOnlySpan<int> promptTokens, PlanSchedule schedule, int steps, int batchSize = 1,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(promptTokens.Length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        int prompt = promptTokens.Length;
        var skeleton = new ExecutionContract
        {
            SchemaVersion = ExecutionContract.CurrentSchemaVersion,
            RequestId = requestId,
            RecordedAt = DateTimeOffset.UnixEpoch,
            Model = new ModelIdentity { Name = model.Configuration.Architecture.Length > 0 ? model.Configuration.Architecture : "decoder", WeightsSha256 = model.Source.Sha256 },
            Request = EffectiveRequest.FromTokenIds(promptTokens, new DecodeConfiguration { Method = "greedy", Temperature = 0 }),
            Steps = Enumerable.Range(0, Math.Min(steps, model.Configuration.ContextLength - prompt + 1)).Select(index => new ContractStep
            {
                State = new StepState
                {
                    StepIndex = index,
                    Phase = index == 0 ? ExecutionPhase.Prefill : ExecutionPhase.Decode,
                    Shape = new StepShape { QueryLength = index == 0 ? prompt : 1, KeyLength = prompt + index },
                    BatchSize = index == 0 ? 1 : batchSize,
                    BatchTokens = index == 0 ? prompt : batchSize,
                },
                Observation = new StepObservation(),
            }).ToValueList(),
        };
        ExecutionContract run = ContractReplay.Run(engine, model, skeleton, schedule, new ContractReplayOptions { TeacherForced = false }, cancellation: cancellation);
        return run with
        {
            Replica = null,
            Steps = run.Steps.Select(step => step with { State = step.State with { Plan = null, PlanFingerprint = null } }).ToValueList(),
        };
    }
}
