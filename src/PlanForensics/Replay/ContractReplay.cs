using PlanForensics.Contracts;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay.Sharing;

namespace PlanForensics.Replay;

/// <summary>Re-executes a recorded request from its token ids and gives a contract of the same form: the two can be diffed.</summary>
public static class ContractReplay
{
    /// <summary>Replays a contract.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="model">The model; its weights' hash is compared with the contract's where both are known.</param>
    /// <param name="recorded">The recorded contract. Its token ids must be there: keyed hashes cannot be replayed.</param>
    /// <param name="schedule">The plan of each step.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Told the number of finished steps.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>A contract with the recorded states, the replayed observations, each step's plan and fingerprint, and the engine's platform.</returns>
    /// <exception cref="ContractReplayException">The contract cannot be replayed: tokens or steps are missing, or the model is another one.</exception>
    /// <exception cref="PlanNotSupportedException">A plan is refused.</exception>
    public static ExecutionContract Run(
        IReplayEngine engine,
        ReplayModel model,
        ExecutionContract recorded,
        PlanSchedule schedule,
        ContractReplayOptions? options = null,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        options ??= new ContractReplayOptions();
        var steps = new List<ContractStep>();
        foreach (ContractStep step in Steps(engine, model, recorded, schedule.PlanFor, options, cancellation))
        {
            steps.Add(step);
            progress?.Report(steps.Count);
        }

        return recorded with { Steps = steps.ToValueList(), Replica = $"replay {engine.Name}: {schedule.Name}" };
    }

    /// <summary>Replays a contract step by step: nothing is kept but what the caller keeps.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="model">The model; its weights' hash is compared with the contract's where both are known.</param>
    /// <param name="recorded">The recorded contract. Its token ids must be there: keyed hashes cannot be replayed.</param>
    /// <param name="planFor">The plan of each step.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>The replayed steps of rank 0, as they are made.</returns>
    /// <exception cref="ContractReplayException">The contract cannot be replayed: tokens or steps are missing, or the model is another one.</exception>
    /// <exception cref="PlanNotSupportedException">A plan is refused.</exception>
    public static IEnumerable<ContractStep> Steps(
        IReplayEngine engine,
        ReplayModel model,
        ExecutionContract recorded,
        Func<StepState, ExecutionPlan> planFor,
        ContractReplayOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(recorded);
        ArgumentNullException.ThrowIfNull(planFor);
        CheckModel(model, recorded);
        ValueList<int> prompt = recorded.Request.EffectiveTokenIds
            ?? throw new ContractReplayException(recorded.RequestId, "the contract holds no effective token ids (hashes alone cannot be replayed); attribute on the side that has them");
        options ??= new ContractReplayOptions();
        return RunSteps(engine, model, recorded.RequestId, ContractTrajectory.Of(recorded, options.MaximumSteps), [.. prompt], planFor, options, cancellation);
    }

    private static IEnumerable<ContractStep> RunSteps(
        IReplayEngine engine, ReplayModel model, string requestId, IReadOnlyList<TrajectoryStep> trajectory, List<int> tokens, Func<StepState, ExecutionPlan> planFor,
        ContractReplayOptions options, CancellationToken cancellation)
    {
        var sequence = new ReplaySequence(model.Configuration);
        foreach (TrajectoryStep step in trajectory)
        {
            StepState state = step.Recorded.State;
            int end = step.Extent.FirstPosition + step.Extent.Rows;
            if (end > tokens.Count)
                throw new ContractReplayException(
                    requestId, $"step {state.StepIndex} sees {end} tokens, {tokens.Count} are known: the prompt was recorded incompletely");
            int[] input = [.. tokens.Skip(step.Extent.FirstPosition).Take(step.Extent.Rows)];
            ContractStep replayed = RunStep(engine, model, sequence, step, planFor(state), input, options, cancellation);
            int own = replayed.Observation.ChosenToken!.Value;
            if (end >= tokens.Count)
                tokens.Add(options.TeacherForced ? step.Recorded.Observation.ChosenToken ?? own : own);
            yield return replayed;
        }
    }

    private static ContractStep RunStep(
        IReplayEngine engine, ReplayModel model, ReplaySequence sequence, TrajectoryStep step, ExecutionPlan plan, int[] input, ContractReplayOptions options,
        CancellationToken cancellation)
    {
        var hashes = new List<HiddenStateHash>();
        var captured = new List<CapturedTensor>();
        bool captures = options.CaptureStep == step.Recorded.State.StepIndex;
        Action<OperatorOutput>? observer = options.Observer;
        if (options.HiddenStateHashes || captures)
            observer += output => Observe(output, options.HiddenStateHashes, captures, hashes, captured);
        ReplayStepResult result = engine.Run(
            model,
            new ReplayStep
            {
                Phase = step.Phase,
                Plan = plan,
                Batch = [new SequenceTokens(sequence, input)],
                BatchRows = step.Extent.BatchRows,
                FirstRow = step.Extent.FirstRow,
                FirstSequence = step.Extent.FirstSequence,
                BypassMemo = options.BypassMemo,
                Observer = observer,
                Observes = captures || options.Observer is not null ? null : static node => node.Role == OperatorRole.MlpResidual,
            },
            cancellation);
        StepObservation observation = result.Shared is [var shared, ..]
            ? shared.Observe(result.LogitsFormat, result.Tokens[0], options.TopK)
            : StepObservation.FromLogits(TensorValue.FromRounded(result.LogitsFormat, result.Logits[0], result.Logits[0].Length), result.Tokens[0], options.TopK);
        return step.Recorded with
        {
            State = (engine.Platform?.Describe(step.Recorded.State) ?? step.Recorded.State) with { Plan = plan.Text, PlanFingerprint = plan.Fingerprint.Hex },
            Observation = observation with
            {
                HiddenStateHashes = options.HiddenStateHashes ? hashes.ToValueList() : null,
                CapturedTensors = captures ? captured.ToValueList() : RecordedRope.Of(step.Recorded.Observation),
            },
        };
    }

    private static void Observe(OperatorOutput output, bool hashes, bool captures, List<HiddenStateHash> layers, List<CapturedTensor> tensors)
    {
        if (!captures && !(hashes && output.Operator.Role == OperatorRole.MlpResidual))
            return;
        int width = output.Rows == 0 ? 0 : output.Values.Length / output.Rows;
        TensorValue value = TensorValue.FromRounded(output.Format, output.Values.Span, output.Rows, width);
        if (captures)
            tensors.Add(new CapturedTensor { Name = output.ValueName, Layer = output.Operator.Layer < 0 ? null : output.Operator.Layer, Tensor = TensorReference.Of(value) });
        if (hashes && output.Operator.Role == OperatorRole.MlpResidual)
            layers.Add(new HiddenStateHash { Layer = output.Operator.Layer, Format = output.Format, Sha256 = value.Sha256 });
    }

    private static void CheckModel(ReplayModel model, ExecutionContract recorded)
    {
        string? expected = recorded.Model.WeightsSha256;
        if (expected is null || expected == model.Source.FileSha256 || expected == model.Source.Sha256)
            return;
        throw new ContractReplayException(
            recorded.RequestId, $"recorded with weights sha256 {expected}; the model given has {model.Source.FileSha256 ?? model.Source.Sha256}. Give the recorded model ({recorded.Model.Name})");
    }
}
