using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.OpenBlas;

/// <summary>OpenBLAS 0.3.21's <c>sgemm</c> on one core type, in closed form: which micro-tile adds in which order, for every shape, layout and thread count.</summary>
/// <remarks>
/// <para>The call is the one that row-major callers make (PyTorch's linear and matmul, NumPy, cblas): the library computes the transposed product, its m is N and its n is M. Beta is 0:
/// block sums are added to an output that starts at +0.0.</para>
/// <para>K is cut into blocks, rows and columns into the panels of kernel calls, these into micro-tiles; each micro-tile adds a block of K in its own order. The steps and their sources are
/// in docs/openblas.md. Which operand is transposed matters on skylakex and cooperlake only, in products of at most a million multiplications. OPENBLAS_L2_SIZE does not matter.</para>
/// <para>Bitwise: per engine, apart from the sign of a zero whose terms all underflow. Source: the files of OpenBLAS 0.3.21 that the types of this namespace name; every rule
/// was checked against the running library on random shapes.</para>
/// </remarks>
public sealed class SgemmFamily : IGemmFamily
{
    private readonly OpenBlasCore _core;

    private SgemmFamily(OpenBlasCore core) => _core = core;

    /// <summary>One family a core type: haswell, zen, skylakex, cooperlake, sandybridge, prescott.</summary>
    public static ImmutableArray<SgemmFamily> All { get; } =
    [
        new(OpenBlasCore.Haswell), new(OpenBlasCore.Zen), new(OpenBlasCore.SkylakeX), new(OpenBlasCore.Cooperlake), new(OpenBlasCore.Sandybridge), new(OpenBlasCore.Prescott),
    ];

    /// <summary>The core type in lower case, which is the value of OPENBLAS_CORETYPE in any case.</summary>
    public string Core => _core.Name;

    /// <inheritdoc/>
    public string Name => $"openblas.{_core.Name}.sgemm";

    /// <summary>The family of a core type.</summary>
    /// <param name="core">Such as <c>Haswell</c>; case does not matter.</param>
    /// <returns>The family, or null when the core type is none of <see cref="All"/>.</returns>
    public static SgemmFamily? Find(string core) => All.FirstOrDefault(family => family.Core.Equals(core, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Weights != NumericFormat.Fp32 || key.Output != NumericFormat.Fp32)
            return PlanDecision.Decline($"{Name} multiplies fp32; the key has weights in {NumericFormats.NameOf(key.Weights)} and an output in {NumericFormats.NameOf(key.Output)}");
        if (key.M > _core.MostColumns)
            return PlanDecision.Decline($"{Name} was checked for M up to {_core.MostColumns}, one packed panel; the key has M = {key.M}");
        if (key.WeightsTransposed is { } transposed)
            return PlanDecision.Of(Plan(key, transposed));
        OperatorPlan plan = Plan(key, true);
        return plan.Text == Plan(key, false).Text
            ? PlanDecision.Of(plan)
            : PlanDecision.Decline($"{Name} runs another order for weights stored as (N, K) than for (K, N) at this shape, and the key does not say which they are");
    }

    private OperatorPlan Plan(GemmKey key, bool weightsTransposed)
    {
        if (_core.HasSmallMatrixPath && SmallMatrixPath.Takes(key.N, key.M, key.K, weightsTransposed, key.ActivationsTransposed))
        {
            List<TileRectangle> small = SmallMatrixPath.Tiles(key.N, key.M, key.K, weightsTransposed, key.ActivationsTransposed);
            return SgemmTileMap.Plan(small, key.N, key.M, order => TileOrderPlans.Of(order, _core.Step, [key.K]));
        }

        SgemmThreads threads = SgemmThreads.Of(key.N, key.M, key.K, key.Threads);
        List<int> depths = SgemmBlocking.Depths(_core, key.K, threads.Count > 1);
        var plans = new Dictionary<TileOrder, OperatorPlan>();
        return SgemmTileMap.Plan(SgemmTiles.Of(_core, key.N, key.M, threads), key.N, key.M, order =>
            plans.TryGetValue(order, out OperatorPlan? plan) ? plan : plans[order] = TileOrderPlans.Of(order, _core.Step, depths));
    }
}
