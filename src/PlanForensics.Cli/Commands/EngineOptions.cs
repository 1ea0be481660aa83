using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PlanForensics.Models;
using PlanForensics.Simulation.Batching;

namespace PlanForensics.Cli.Commands;

/// <summary>How the simulated engine is built.</summary>
internal sealed class EngineOptions
{
    private readonly Option<ulong?> _seed = new("--seed") { Description = "the seed; one seed, one result; default 0", HelpName = "N", CustomParser = ParseSeed };

    private readonly Option<int?> _ranks = Count("--tp", "tensor-parallel ranks; default 1");

    private readonly Option<double?> _pool = new("--kv-pool-mb") { Description = "KV pool of a rank; default 90 % of 81,920 MB less the weights and 2,048", HelpName = "MB", CustomParser = TrafficOptions.ParsePositive };

    private readonly Option<int?> _block = Count("--block-tokens", "tokens of a KV block; default 16");

    private readonly Option<int?> _batch = Count("--batch-tokens", "tokens of a step at most; default 2048");

    private readonly Option<int?> _chunk = Count("--chunk-tokens", "tokens of one request in a step at most; default those of the step");

    private readonly Option<int?> _running = Count("--max-running", "requests that run at once at most; default 256");

    private readonly Option<int?> _waiting = Count("--max-waiting", "requests that wait in a class at most, the next is rejected; default no limit");

    private readonly Option<int?> _context = Count("--max-context", "tokens of prompt and output at most, a longer request is rejected; default 131072");

    private readonly Option<int?> _classes = Count("--classes", "isolation classes, drawn from the seed; default 1");

    private readonly Option<bool> _noCache = new("--no-prefix-cache") { Description = "compute every prompt token" };

    private readonly Option<double?> _jitter = new("--jitter") { Description = "a rank's step takes up to this part longer; default 0.02", HelpName = "PART", CustomParser = ParseJitter };

    private readonly Option<double?> _until = new("--until") { Description = "end after so many simulated seconds; default when all is done", HelpName = "SECONDS", CustomParser = TrafficOptions.ParsePositive };

    private readonly Option<Disturbance[]?> _events = new("--event")
    {
        Description = "replication=MB, checkpoint=MB, strict, slow_rank=RANK:FACTOR or slow_fabric=FACTOR, each with @FROM-TO in seconds; may be repeated",
        HelpName = "EVENT",
        CustomParser = ParseEvents,
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _served = new("--served") { Description = "the decoder whose shape is served: a folder with config.json; default one of 8 billion weights", HelpName = "PATH" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_seed, _served, _ranks, _pool, _block, _batch, _chunk, _running, _waiting, _context, _classes, _noCache, _jitter, _until, _events])
            command.Add(option);
    }

    public ulong Seed(ParseResult parsed) => parsed.GetValue(_seed) ?? 0;

    public SimulationOptions Read(ParseResult parsed)
    {
        SimulationOptions options = new()
        {
            Seed = Seed(parsed),
            TensorParallel = parsed.GetValue(_ranks) ?? 1,
            KeyValuePoolMb = parsed.GetValue(_pool),
            BlockTokens = parsed.GetValue(_block) ?? 16,
            MaximumBatchTokens = parsed.GetValue(_batch) ?? 2048,
            MaximumChunkTokens = parsed.GetValue(_chunk) ?? int.MaxValue,
            MaximumRunning = parsed.GetValue(_running) ?? 256,
            MaximumWaiting = parsed.GetValue(_waiting) ?? int.MaxValue,
            MaximumContext = Math.Max(parsed.GetValue(_context) ?? 131072, 2),
            IsolationClasses = parsed.GetValue(_classes) ?? 1,
            PrefixCaching = !parsed.GetValue(_noCache),
            Jitter = parsed.GetValue(_jitter) ?? 0.02,
            Disturbances = [.. parsed.GetValue(_events) ?? []],
            UntilSeconds = parsed.GetValue(_until) ?? double.PositiveInfinity,
        };
        if (parsed.GetValue(_served) is { } path)
            options = options with { Model = ServedModel.Of(DecoderModel.Load(path).Configuration, Path.GetFileName(Path.TrimEndingDirectorySeparator(path))) };
        foreach (Disturbance item in options.Disturbances)
            if (item.Rank >= options.TensorParallel)
                throw new UsageException($"--event slow_rank names rank {item.Rank}, but there are {options.TensorParallel} (--tp)");
        return options;
    }

    private static Option<int?> Count(string name, string description) => new(name) { Description = description, HelpName = "N", CustomParser = ReplayOptions.ParseCount };

    private static ulong? ParseSeed(ArgumentResult result)
    {
        string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed))
            return seed;
        result.AddError($"--seed is a whole number from 0 to {ulong.MaxValue}; got \"{text}\"");
        return null;
    }

    private static double? ParseJitter(ArgumentResult result)
    {
        string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double part) && part is >= 0 and <= 10)
            return part;
        result.AddError($"--jitter is a number from 0 to 10; got \"{text}\"");
        return null;
    }

    private static Disturbance[]? ParseEvents(ArgumentResult result)
    {
        try
        {
            return [.. result.Tokens.Select(token => Disturbance.Parse(token.Value))];
        }
        catch (FormatException exception)
        {
            result.AddError($"--event {exception.Message}");
            return null;
        }
    }
}
