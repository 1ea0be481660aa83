using PlanForensics.Simulation.Traffic;

namespace PlanForensics.Simulation.Batching;

/// <summary>A request inside a simulated engine.</summary>
internal sealed class SimulatedRequest(int index, TrafficRequest arrival, int isolationClass, ulong identity)
{
    private readonly List<BlockKey> _keys = [];

    public int Index { get; } = index;

    public TrafficRequest Arrival { get; } = arrival;

    public int IsolationClass { get; } = isolationClass;

    /// <summary>What the batch's fingerprint is made of.</summary>
    public ulong Identity { get; } = identity;

    /// <summary>Blocks held, in order of positions.</summary>
    public List<int> Blocks { get; } = [];

    public SpanBuilder Spans { get; } = new();

    /// <summary>Tokens whose keys and values are in held blocks.</summary>
    public int Computed { get; set; }

    /// <summary>Tokens generated.</summary>
    public int Generated { get; set; }

    /// <summary>Tokens known: prompt and generated ones.</summary>
    public int Known => Arrival.PromptTokens + Generated;

    /// <summary>When it began to wait: its arrival, or its last preemption.</summary>
    public long WaitsSince { get; set; }

    /// <summary>Prompt tokens found in the cache when it was first admitted.</summary>
    public int FirstHitTokens { get; set; }

    /// <summary>Tokens found in the cache, over all admissions.</summary>
    public long HitTokens { get; set; }

    /// <summary>Tokens whose keys and values a preemption lost.</summary>
    public long LostTokens { get; set; }

    /// <summary>Tokens that entered the model.</summary>
    public long EnteredTokens { get; set; }

    public int Preemptions { get; set; }

    public bool WasAdmitted { get; set; }

    public bool IsDone => Generated >= Arrival.OutputTokens && Computed >= Arrival.PromptTokens;

    /// <summary>The chain's key of a block, for the tokens as they are known.</summary>
    public BlockKey KeyOf(int block, int blockTokens, int traceBlockTokens)
    {
        while (_keys.Count <= block)
        {
            int next = _keys.Count;
            BlockKey before = next == 0 ? new BlockKey(1, 2) : _keys[next - 1];
            long first = (long)next * blockTokens;
            int named = traceBlockTokens == 0 ? int.MaxValue : (int)(first / traceBlockTokens);
            bool isNamed = named < Arrival.Blocks.Length && first + blockTokens <= Arrival.PromptTokens;
            _keys.Add(isNamed
                ? before.Then(1, Draws.Mix((ulong)Arrival.Blocks.Span[named]) + (ulong)(first % traceBlockTokens))
                : before.Then(2, Draws.Mix((ulong)Index) + (ulong)next));
        }

        return _keys[block];
    }
}
