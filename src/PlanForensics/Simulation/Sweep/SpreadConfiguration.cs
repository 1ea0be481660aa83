namespace PlanForensics.Simulation.Sweep;

/// <summary>One way to serve: a device generation, ranks and a batch size.</summary>
/// <param name="Profile">Name of the measured cuBLASLt profile, for example <c>sm90_lt13_1</c>.</param>
/// <param name="Ranks">Tensor-parallel ranks, 1 or more; o_proj and down_proj are summed over them.</param>
/// <param name="Batch">Requests of a batch, 1 or more.</param>
public sealed record SpreadConfiguration(string Profile, int Ranks, int Batch)
{
    /// <summary>The twelve configurations of the original, with the profiles at hand: two generations, 2 and 4 ranks, batches of 8, 16 and 32.</summary>
    public static IReadOnlyList<SpreadConfiguration> Twelve { get; } =
    [
        .. from profile in (string[])["sm90_lt13_1", "sm100_lt13_1"] from ranks in (int[])[2, 4] from batch in (int[])[8, 16, 32] select new SpreadConfiguration(profile, ranks, batch),
    ];

    /// <summary>Names the configuration.</summary>
    /// <returns>For example <c>sm90_lt13_1 tp 2 batch 8</c>.</returns>
    public override string ToString() => FormattableString.Invariant($"{Profile} tp {Ranks} batch {Batch}");
}
