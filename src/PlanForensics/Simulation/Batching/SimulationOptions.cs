using System.Collections.Immutable;

namespace PlanForensics.Simulation.Batching;

/// <summary>How a simulated engine is built and run.</summary>
public sealed record SimulationOptions
{
    /// <summary>Seed of jitter and of the classes that requests belong to; default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>The decoder; default <see cref="ServedModel.EightBillion"/>.</summary>
    public ServedModel Model { get; init; } = ServedModel.EightBillion;

    /// <summary>The device of each rank.</summary>
    public DeviceModel Device { get; init; } = new();

    /// <summary>Tensor-parallel ranks; default 1. Divides the model's heads.</summary>
    public int TensorParallel { get; init => field = AtLeast(value, 1, nameof(TensorParallel)); } = 1;

    /// <summary>Tokens of a KV block; default 16.</summary>
    public int BlockTokens { get; init => field = AtLeast(value, 1, nameof(BlockTokens)); } = 16;

    /// <summary>KV pool of a rank, in MB; null (default): 90 % of the device's memory, less the rank's weights and 2,048 MB.</summary>
    public double? KeyValuePoolMb
    {
        get;
        init => field = value is null || (double.IsFinite(value.Value) && value > 0) ? value : throw new ArgumentOutOfRangeException(nameof(KeyValuePoolMb), value, "more than 0");
    }

    /// <summary>Tokens of a step at most; default 2,048.</summary>
    public int MaximumBatchTokens { get; init => field = AtLeast(value, 1, nameof(MaximumBatchTokens)); } = 2048;

    /// <summary>Tokens of one request in a step at most (chunked prefill); default no limit but that of the step.</summary>
    public int MaximumChunkTokens { get; init => field = AtLeast(value, 1, nameof(MaximumChunkTokens)); } = int.MaxValue;

    /// <summary>Requests that run at once at most; default 256.</summary>
    public int MaximumRunning { get; init => field = AtLeast(value, 1, nameof(MaximumRunning)); } = 256;

    /// <summary>Requests that wait in a class at most; a further one is rejected. Default no limit.</summary>
    public int MaximumWaiting { get; init => field = AtLeast(value, 1, nameof(MaximumWaiting)); } = int.MaxValue;

    /// <summary>Prompt and output of a request at most, in tokens; a longer one is rejected. Default 131,072.</summary>
    public int MaximumContext { get; init => field = AtLeast(value, 2, nameof(MaximumContext)); } = 131072;

    /// <summary>Part of the pool that admitting a request must leave free while others run; default 0.01.</summary>
    public double Watermark
    {
        get;
        init => field = value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(Watermark), value, "from 0 up to, but not including, 1");
    } = 0.01;

    /// <summary>Whether full blocks are found again by their hash; default true.</summary>
    public bool PrefixCaching { get; init; } = true;

    /// <summary>Isolation classes (tenants); default 1. A request's class is drawn from the seed.</summary>
    public int IsolationClasses { get; init => field = AtLeast(value, 1, nameof(IsolationClasses)); } = 1;

    /// <summary>Largest part by which a rank is slower in a step, drawn uniformly; default 0.02.</summary>
    public double Jitter
    {
        get;
        init => field = value is >= 0 and <= 10 ? value : throw new ArgumentOutOfRangeException(nameof(Jitter), value, "from 0 to 10");
    } = 0.02;

    /// <summary>What happens from outside.</summary>
    public ImmutableArray<Disturbance> Disturbances { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>When the simulation ends, in seconds since the trace's start; default when every request is done.</summary>
    public double UntilSeconds
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(UntilSeconds), value, "more than 0");
    } = double.PositiveInfinity;

    /// <summary>The KV pool of a rank, in MB.</summary>
    public double PoolMb => KeyValuePoolMb ?? (0.9 * Device.MemoryMb) - (Model.Weights * (double)Model.BytesPerValue / TensorParallel / (1 << 20)) - 2048;

    /// <summary>Bytes of a KV block on one rank.</summary>
    public double BlockBytes => Model.KeyValueBytesPerToken * (double)BlockTokens / TensorParallel;

    /// <summary>Blocks of the pool.</summary>
    /// <exception cref="InvalidOperationException">The pool holds no block.</exception>
    public int PoolBlocks
    {
        get
        {
            double blocks = Math.Floor(PoolMb * (1 << 20) / BlockBytes);
            return blocks is >= 1 and <= int.MaxValue
                ? (int)blocks
                : throw new InvalidOperationException($"a KV pool of {PoolMb:0.#} MB holds {blocks:0} blocks of {BlockBytes:0} bytes; give it 1 to {int.MaxValue} (another pool, fewer weights, more ranks)");
        }
    }

    private static int AtLeast(int value, int least, string name) => value >= least ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is {least} or more");
}
