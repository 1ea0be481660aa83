using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Dispatch;

namespace PlanForensics.Simulation.Sweep;

/// <summary>
/// SGLang's determinism protocol, replayed: how many unique answers do trials give that differ only in the batch around a prompt? Trial i has a batch of i requests. Each answer is a real greedy decode under the
/// plans that the batch's shape dispatches, and again with every operator fixed.
/// </summary>
/// <remarks>
/// Trials, batch sizes, modes and the mixture follow python/sglang/test/test_deterministic.py; prefix lengths are 1 token and 1/8, 1/2 and all of the long prompt, since that file's suit long contexts.
/// All requests of a trial are prefilled in one step; in prefix mode the longest goes first and the others take over its whole blocks of 16 tokens. Decode steps have the batch's size.
/// </remarks>
public sealed class BatchProtocol
{
    private const int BlockTokens = 16;
    private readonly PathRunner _runner;
    private readonly DispatchRules _rules;
    private readonly long _workspace;
    private readonly SweepPin _pin;
    private readonly ulong _seed;

    private BatchProtocol(PathRunner runner, DispatchRules rules, long workspace, SweepPin pin, ulong seed) => (_runner, _rules, _workspace, _pin, _seed) = (runner, rules, workspace, pin, seed);

    /// <summary>Runs a mode.</summary>
    /// <param name="runner">Runs the model.</param>
    /// <param name="rules">Dispatches for the model.</param>
    /// <param name="device">The device: its workspace.</param>
    /// <param name="mode">The mode.</param>
    /// <param name="prompts">The prompts: single takes each on its own; mixed two at a time with the long prompt, which is all of them one after another; prefix the beginnings of the long prompt.</param>
    /// <param name="trials">Trials; 50 in the original.</param>
    /// <param name="seed">Seed of the mixtures.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException">There are too few prompts for the mode.</exception>
    public static ProtocolResult Run(
        PathRunner runner, DispatchRules rules, DeviceModel device, ProtocolMode mode, IReadOnlyList<SweepPrompt> prompts, int trials = 50, ulong seed = 0,
        IProgress<SweepProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        SweepPrompt[][] groups = Groups(mode, prompts, LongPrompt(runner, prompts));
        BatchProtocol free = new(runner, rules, device.WorkspaceBytes, SweepPin.None, seed), pinned = new(runner, rules, device.WorkspaceBytes, SweepPins.Whole(1)[^1], seed);
        return new ProtocolResult(mode, trials, free.Run(mode, groups, trials, progress, cancellation), pinned.Run(mode, groups, trials, progress, cancellation));
    }

    /// <summary>Every prompt's tokens one after another, as many as leave room for the answer; a begin token only at the front.</summary>
    private static SweepPrompt LongPrompt(PathRunner runner, IReadOnlyList<SweepPrompt> prompts)
    {
        int[] tokens = [.. prompts.SelectMany((prompt, index) => index > 0 && prompt.Tokens.Count > 1 && prompt.Tokens[0] == runner.BeginTokenId ? prompt.Tokens.Skip(1) : prompt.Tokens)];
        return new SweepPrompt("long prompt", tokens.Take(Math.Max(runner.ContextLength - runner.MaximumTokens, 1)).ToValueList());
    }

    /// <summary>Prompts that share batches.</summary>
    private static SweepPrompt[][] Groups(ProtocolMode mode, IReadOnlyList<SweepPrompt> prompts, SweepPrompt longPrompt)
    {
        if (prompts.Count < (mode == ProtocolMode.Mixed ? 2 : 1))
            throw new ArgumentException($"mixed takes two prompts or more; there are {prompts.Count}", nameof(prompts));
        return mode switch
        {
            ProtocolMode.Single => [.. prompts.Select(prompt => new[] { prompt })],
            ProtocolMode.Mixed => [.. prompts.Chunk(2).Where(pair => pair.Length == 2).Select(pair => (SweepPrompt[])[.. pair, longPrompt])],
            _ =>
            [
                [.. new[] { 1, longPrompt.Tokens.Count / 8, longPrompt.Tokens.Count / 2, longPrompt.Tokens.Count }.Where(count => count >= 1).Distinct().Order()
                    .Select(count => new SweepPrompt(string.Create(CultureInfo.InvariantCulture, $"prefix of {count}"), longPrompt.Tokens.Take(count).ToValueList()))],
            ],
        };
    }

    private ValueList<ProtocolPrompt> Run(ProtocolMode mode, SweepPrompt[][] groups, int trials, IProgress<SweepProgress>? progress, CancellationToken cancellation)
    {
        Dictionary<SweepPrompt, List<TrialAnswer>> answers = [];
        foreach ((int number, SweepPrompt[] prompts) in groups.Index())
        {
            progress?.Report(new SweepProgress($"{mode.ToString().ToLowerInvariant()}{(_pin.Roles.Length > 0 ? ", pinned" : "")}", number, groups.Length));
            for (int batch = 1; batch <= trials; batch++)
            {
                int[] counts = Mix(mode, prompts.Length, batch);
                for (int index = 0; index < prompts.Length; index++)
                {
                    if (!answers.TryGetValue(prompts[index], out List<TrialAnswer>? own))
                        answers.Add(prompts[index], own = []);
                    if (counts[index] == 0)
                        continue;
                    (ServedPath path, string words) = PathOf(mode, prompts, counts, index, batch);
                    own.Add(new TrialAnswer(batch, counts[index], path, words, _runner.Run(prompts[index], path, null, cancellation).Tokens));
                }
            }
        }

        return answers.Where(entry => entry.Value.Count > 0).Select(entry => Summarize(entry.Key, entry.Value, cancellation)).ToValueList();
    }

    /// <summary>How many requests of a batch each prompt has.</summary>
    private int[] Mix(ProtocolMode mode, int prompts, int batch)
    {
        int[] counts = new int[prompts];
        switch (mode)
        {
            case ProtocolMode.Single:
                counts[0] = batch;
                break;
            case ProtocolMode.Mixed:
                counts[2] = batch <= 10 ? 0 : Draw(batch, 0, 1, 10);
                counts[0] = Draw(batch, 1, 1, batch - counts[2]);
                counts[1] = batch - counts[2] - counts[0];
                break;
            default:
                for (int request = 0; request < batch; request++)
                    counts[Draw(batch, request, 0, prompts - 1)]++;
                break;
        }

        return counts;
    }

    private (ServedPath Path, string Words) PathOf(ProtocolMode mode, SweepPrompt[] prompts, int[] counts, int index, int batch)
    {
        int own = prompts[index].Tokens.Count;
        int longest = prompts.Where((_, other) => counts[other] > 0).Max(prompt => prompt.Tokens.Count);
        StepFacts decode = new(StepBatch.Padded(batch), batch, 1, longest + 1, _workspace);
        if (mode != ProtocolMode.Prefix)
        {
            int rows = prompts.Select((prompt, other) => prompt.Tokens.Count * counts[other]).Sum();
            return Describe([(own, new StepFacts(rows, batch, longest, longest, _workspace))], decode);
        }

        // The longest prompt's first request fills the cache alone; every other request finds its whole blocks there.
        StepFacts first = new(longest, 1, longest, longest, _workspace);
        int found = (own - 1) / BlockTokens * BlockTokens;
        int rest = prompts.Select((prompt, other) => (counts[other] - (prompt.Tokens.Count == longest ? 1 : 0)) * (prompt.Tokens.Count - ((prompt.Tokens.Count - 1) / BlockTokens * BlockTokens))).Sum();
        if (batch == 1)
            return Describe([(own, first)], decode);
        StepFacts second = new(rest, batch - 1, BlockTokens, longest, _workspace);
        return found == 0 ? Describe([(own, second)], decode) : Describe([(found, first), (own - found, second)], decode);
    }

    private (ServedPath Path, string Words) Describe((int Tokens, StepFacts Facts)[] prefill, StepFacts decode)
    {
        ServedPath path = new(prefill.Select(part => new PrefillPart(part.Tokens, _pin.PlanFor(_rules, part.Facts))).ToValueList(), _pin.PlanFor(_rules, decode));
        string Words(StepFacts facts) => _pin.Roles.Length > 0 ? "fixed" : _rules.Choose(facts).Kernels;
        string words = string.Join(", ", prefill.Select(part => string.Create(CultureInfo.InvariantCulture, $"prefill {part.Tokens} x {Words(part.Facts)}"))) + "; decode " + Words(decode);
        return (path, words);
    }

    private ProtocolPrompt Summarize(SweepPrompt prompt, List<TrialAnswer> answers, CancellationToken cancellation)
    {
        ValueList<OutputGroup> groups = answers.GroupBy(answer => answer.Answer)
            .Select(group => new OutputGroup(
                group.Key, group.Sum(answer => answer.Samples), group.Select(answer => answer.Batch).Distinct().Order().ToValueList(),
                group.Select(answer => answer.Words).Distinct().Order(StringComparer.Ordinal).ToValueList()))
            .OrderByDescending(group => group.Samples).ThenBy(group => group.BatchSizes[0]).ToValueList();
        // The control where answers differ: each path, run anew, must give the answer of its group again.
        bool explained = groups.Count == 1 || answers.DistinctBy(answer => answer.Words).All(answer => _runner.RunAgain(prompt, answer.Path, cancellation).Tokens.Equals(answer.Answer));
        return new ProtocolPrompt(prompt.Name, groups, explained);
    }

    private int Draw(int batch, int index, int low, int high) => low + (int)(Draws.Uniform(_seed, 20 + batch, index) * (high - low + 1));

    private sealed record TrialAnswer(int Batch, int Samples, ServedPath Path, string Words, ValueList<int> Answer);
}
