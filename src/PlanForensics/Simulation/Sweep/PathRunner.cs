using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Simulation.Sweep;

/// <summary>Runs prompts under paths, each pair once; paths whose products lower to equal programs are one. Not for several threads.</summary>
/// <remarks>Bits are the engine's. Probabilities are softmax by <see cref="PortableMath.Exp(float)"/> of fp32 differences, summed in fp64 in ascending order of token. Bitwise: identical on every machine.</remarks>
public sealed class PathRunner
{
    private readonly IReplayEngine _engine;
    private readonly ReplayModel _model;
    private readonly PlanClassKeys _classes;
    private readonly Dictionary<(string Path, ValueList<int> Prompt, ValueList<int>? Forced), PathOutcome> _known = [];

    /// <summary>Creates a runner.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="model">The model.</param>
    /// <param name="maximumTokens">Steps that choose a token, at most; fewer where an end token comes or the context is full.</param>
    public PathRunner(IReplayEngine engine, ReplayModel model, int maximumTokens)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumTokens, 1);
        (_engine, _model, MaximumTokens, _classes) = (engine, model, maximumTokens, new PlanClassKeys(model));
    }

    /// <summary>Steps that choose a token, at most.</summary>
    public int MaximumTokens { get; }

    /// <summary>Tokens that the model's context holds.</summary>
    public int ContextLength => _model.Configuration.ContextLength;

    /// <summary>The token with which the model's prompts begin; null where there is none.</summary>
    public int? BeginTokenId => _model.Configuration.BeginTokenId;

    /// <summary>Pairs of prompt and path that were really run.</summary>
    public int RunCount { get; private set; }

    /// <summary>Runs a prompt.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="path">The plans.</param>
    /// <param name="forced">Tokens that the model sees instead of its own choices (teacher forcing), as many steps as there are; null for its own.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>What came out.</returns>
    /// <exception cref="ArgumentException">The path's prefill is not the prompt, or the prompt does not fit the context.</exception>
    /// <exception cref="PlanNotSupportedException">A plan is refused.</exception>
    public PathOutcome Run(SweepPrompt prompt, ServedPath path, ValueList<int>? forced = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(path);
        if (path.Prefill.Sum(part => part.Tokens) != prompt.Tokens.Count)
            throw new ArgumentException($"the path prefills {path.Prefill.Sum(part => part.Tokens)} tokens, the prompt \"{prompt.Name}\" has {prompt.Tokens.Count}", nameof(path));
        if (prompt.Tokens.Count >= _model.Configuration.ContextLength)
            throw new ArgumentException($"the prompt \"{prompt.Name}\" has {prompt.Tokens.Count} tokens; the model takes 1 to {_model.Configuration.ContextLength - 1}", nameof(prompt));
        var key = (_classes.Of(path), prompt.Tokens, forced);
        if (!_known.TryGetValue(key, out PathOutcome? outcome))
        {
            _known.Add(key, outcome = RunAnew(prompt, path, forced, false, cancellation));
            RunCount++;
        }

        return outcome;
    }

    /// <summary>Runs a prompt under a path anew, whatever is known and without the engine's memo: a repeat control.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="path">The plans.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>What came out.</returns>
    public PathOutcome RunAgain(SweepPrompt prompt, ServedPath path, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(path);
        RunCount++;
        return RunAnew(prompt, path, null, true, cancellation);
    }

    private PathOutcome RunAnew(SweepPrompt prompt, ServedPath path, ValueList<int>? forced, bool bypassMemo, CancellationToken cancellation)
    {
        ReplaySequence sequence = new(_model.Configuration);
        int[] tokens = [.. prompt.Tokens];
        ReplayStepResult? last = null;
        int at = 0;
        foreach (PrefillPart part in path.Prefill)
        {
            last = Step(sequence, tokens.AsMemory(at, part.Tokens), ExecutionPhase.Prefill, part.Plan, part.BatchRows, bypassMemo, cancellation);
            at += part.Tokens;
        }

        List<int> chosen = [];
        List<string> hashes = [];
        List<double> margins = [], probabilities = [];
        List<long> ulps = [];
        int most = Math.Min(forced?.Count ?? MaximumTokens, _model.Configuration.ContextLength - tokens.Length + 1);
        while (true)
        {
            int token = last!.Tokens[0];
            TensorValue logits = TensorValue.FromRounded(last.LogitsFormat, last.Logits[0], last.Logits[0].Length);
            LogitMargin margin = LogitMargin.Of(logits);
            chosen.Add(token);
            hashes.Add(logits.Sha256);
            margins.Add(margin.Margin);
            ulps.Add(margin.Ulps);
            probabilities.Add(ProbabilityOf(last.Logits[0], token));
            if (chosen.Count == most || (forced is null && _model.Configuration.EndTokenIds.Contains(token)))
                return new PathOutcome(chosen.ToValueList(), hashes.ToValueList(), margins.ToValueList(), ulps.ToValueList(), probabilities.ToValueList());
            last = Step(sequence, new[] { forced?[chosen.Count - 1] ?? token }, ExecutionPhase.Decode, path.Decode, path.DecodeRows, bypassMemo, cancellation);
        }
    }

    private ReplayStepResult Step(ReplaySequence sequence, ReadOnlyMemory<int> tokens, ExecutionPhase phase, ExecutionPlan plan, int rows, bool bypassMemo, CancellationToken cancellation) =>
        _engine.Run(_model, new ReplayStep { Phase = phase, Plan = plan, Batch = [new SequenceTokens(sequence, tokens)], BatchRows = Math.Max(rows, tokens.Length), BypassMemo = bypassMemo }, cancellation);

    private static double ProbabilityOf(float[] logits, int token)
    {
        double sum = 0;
        foreach (float logit in logits)
            sum += PortableMath.Exp(logit - logits[token]);
        return 1 / sum;
    }
}
