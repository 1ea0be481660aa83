using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Regimes;
using PlanForensics.Regimes.Causes;

namespace PlanForensics.Tests.Regimes.Causes;

/// <summary>300 recorded iterations with noise, into which something is planted; and the same in another order.</summary>
internal sealed class Scene
{
    public const int Iterations = 300;

    private readonly StepState[][] _states;

    private Scene(StepState[][] states) => _states = states;

    /// <summary>Each kind of chain, planted at iteration 150 and after.</summary>
    public static Scene Of(ChainKind? kind, int seed = 1) => kind switch
    {
        ChainKind.Straggler => Plant(4, seed, (index, rank, state) => index is < 150 or >= 171 ? state : rank == 2
            ? state with { GpuTimeMs = (state.GpuTimeMs - state.Collective!.CommTimeMs) * 2 + state.Collective.CommTimeMs }
            : state with { GpuTimeMs = state.GpuTimeMs + 7, Collective = state.Collective! with { CommTimeMs = state.Collective.CommTimeMs + 7 } }),
        ChainKind.BackPressure => Plant(2, seed, (index, rank, state) => state with
        {
            FallbackCount = index is >= 150 and < 170 && rank == 1 ? 3 : 0,
            Collective = index is >= 151 and < 171 ? state.Collective! with { CommTimeMs = state.Collective.CommTimeMs * 3 } : state.Collective,
            BatchSize = index is >= 153 and < 173 ? 16 : state.BatchSize,
            BatchTokens = index is >= 153 and < 173 ? 16 : state.BatchTokens,
            PaddedBatch = index is >= 153 and < 173 ? 16 : 32,
            AlgorithmId = index is >= 155 and < 175 ? "67" : "21",
        }),
        ChainKind.MemoryEvaporation => Plant(1, seed, (index, _, state) => state with
        {
            ReplicationPinnedMb = index is >= 150 and < 220 ? 3000 : 0,
            CheckpointPinnedMb = index is >= 150 and < 220 ? 1000 : 0,
            PagingActive = index is >= 152 and < 160,
            KvRegime = index is >= 156 and < 165 ? "recompute" : "paged",
            GpuTimeMs = index is >= 157 and < 165 ? state.GpuTimeMs * 4 : state.GpuTimeMs,
        }),
        ChainKind.Residency => Plant(1, seed, (index, _, state) => state with
        {
            L2HitRate = index is >= 150 and < 190 ? 0.5 : 0.8 + (0.01 * (index % 3)),
            GpuTimeMs = index is >= 151 and < 190 ? state.GpuTimeMs * 1.6 : state.GpuTimeMs,
            BatchSize = index is >= 154 and < 190 ? 20 : state.BatchSize,
        }),
        ChainKind.Isolation => Plant(1, seed, (index, _, state) => state with
        {
            IsolationMode = index >= 150 ? "strict" : "none",
            CrossTenantBatching = index < 150,
            BatchSize = index >= 152 ? 8 : state.BatchSize,
        }),
        _ => Plant(2, seed, (_, _, state) => state),
    };

    public StepState[] this[int iteration] => _states[iteration];

    public StepTimeline Timeline => StepTimeline.Of(Records.Contract("a", _states.SelectMany(ranks => ranks)));

    public Scene Change(Func<int, StepState, StepState> change) => new([.. _states.Select((ranks, index) => ranks.Select(state => change(index, state)).ToArray())]);

    /// <summary>The same iterations in another order: what is shuffled is all but the place in the recording (step index, time, batch).</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="byRank">Whether each rank is shuffled for itself.</param>
    public Scene Shuffled(int seed, bool byRank = false)
    {
        Random random = new(seed);
        int[][] orders = [.. _states[0].Select(_ => Order(random))];
        return new([.. _states.Select((ranks, index) => ranks.Select((slot, rank) => _states[orders[byRank ? rank : 0][index]][rank] with
        {
            StepIndex = slot.StepIndex, StartedAt = slot.StartedAt, BatchFingerprint = slot.BatchFingerprint, Shape = slot.Shape,
        }).ToArray())]);
    }

    private static int[] Order(Random random)
    {
        int[] order = [.. Enumerable.Range(0, Iterations)];
        random.Shuffle(order);
        return order;
    }

    private static Scene Plant(int ranks, int seed, Func<int, int, StepState, StepState> plant)
    {
        Random random = new(seed);
        return new([.. Enumerable.Range(0, Iterations).Select(index =>
        {
            int batch = 30 + random.Next(5);
            double comm = ranks == 1 ? 0 : 0.95 + (0.1 * random.NextDouble());
            return Enumerable.Range(0, ranks).Select(rank => plant(index, rank, Records.Quiet(index, rank) with
            {
                Shape = new StepShape { QueryLength = 1, KeyLength = 10 + index, TensorParallel = ranks },
                BatchSize = batch,
                BatchTokens = batch,
                PaddedBatch = 32,
                FallbackCount = 0,
                L2HitRate = 0.8 + (0.02 * random.NextDouble()),
                GpuTimeMs = 7 * (0.97 + (0.06 * random.NextDouble())) + comm,
                KvRegime = "paged",
                CrossTenantBatching = true,
                Collective = ranks == 1 ? null : new CollectiveState { Type = "ring", CommTimeMs = comm },
            })).ToArray();
        })]);
    }
}
