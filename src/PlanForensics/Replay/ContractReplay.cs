using PlanForensics.Contracts;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;

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
    /// <returns>A contract with the recorded states, the replayed observations, and each step's plan and fingerprint.</returns>
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
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(recorded);
        ArgumentNullException.ThrowIfNull(schedule);
        options ??= new ContractReplayOptions();
        CheckModel(model, recorded);
        ValueList<int> prompt = recorded.Request.EffectiveTokenIds
            ?? throw new ContractReplayException(recorded.RequestId, "the contract holds no effective token ids (hashes alone cannot be replayed); attribute on the side that has them");
        var tokens = new List<int>(prompt);
        var sequence = new ReplaySequence(model.Configuration);
        var steps = new List<ContractStep>();
        foreach (ContractStep step in recorded.Steps)
        {
            if (steps.Count >= options.MaximumSteps)
                break;
            int[] input = TokensOf(recorded, step, sequence.Position, tokens);
            ContractStep replayed = RunStep(engine, model, sequence, step, schedule.PlanFor(step.State), input, options, cancellation);
            steps.Add(replayed);
            bool samples = step.State.Shape.KeyLength >= tokens.Count;
            if (samples && (options.TeacherForced ? step.Observation.ChosenToken : replayed.Observation.ChosenToken) is { } next)
                tokens.Add(next);
            progress?.Report(steps.Count);
        }

        return recorded with { Steps = steps.ToValueList(), Replica = $"replay {engine.Name}: {schedule.Name}" };
    }

    private static ContractStep RunStep(
        IReplayEngine engine, ReplayModel model, ReplaySequence sequence, ContractStep step, ExecutionPlan plan, int[] input, ContractReplayOptions options,
        CancellationToken cancellation)
    {
        var hashes = new List<HiddenStateHash>();
        var captured = new List<CapturedTensor>();
        bool captures = options.CaptureStep == step.State.StepIndex;
        ReplayStepResult result = engine.Run(
            model,
            new ReplayStep
            {
                Phase = (ExecutionPhase)(int)step.State.Phase,
                Plan = plan,
                Batch = [new SequenceTokens(sequence, input)],
                BatchRows = step.State.BatchTokens ?? (step.State.BatchSize ?? 1) * input.Length,
                Observer = !options.HiddenStateHashes && !captures ? null : output => Observe(output, options.HiddenStateHashes, captures, hashes, captured),
            },
            cancellation);
        TensorValue logits = TensorValue.FromRounded(result.LogitsFormat, result.Logits[0], result.Logits[0].Length);
        return step with
        {
            State = step.State with { Plan = plan.Text, PlanFingerprint = plan.Fingerprint.Hex },
            Observation = StepObservation.FromLogits(logits, result.Tokens[0], options.TopK) with
            {
                HiddenStateHashes = options.HiddenStateHashes ? hashes.ToValueList() : null,
                CapturedTensors = captures ? captured.ToValueList() : null,
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

    private static int[] TokensOf(ExecutionContract recorded, ContractStep step, int position, List<int> tokens)
    {
        StepShape shape = step.State.Shape;
        int first = shape.KeyLength - shape.QueryLength;
        if (step.State.StepIndex == 0 || position == 0)
            first = 0; // a cached prefix is recomputed
        if (first != position)
            throw new ContractReplayException(
                recorded.RequestId, $"step {step.State.StepIndex} starts at position {first}, the replay is at {position}: steps between them were not recorded (dropped steps: {recorded.DroppedSteps ?? 0})");
        if (shape.KeyLength > tokens.Count)
            throw new ContractReplayException(
                recorded.RequestId, $"step {step.State.StepIndex} sees {shape.KeyLength} tokens, {tokens.Count} are known: the chosen tokens of earlier steps were not recorded");
        return [.. tokens.Skip(first).Take(shape.KeyLength - first)];
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
