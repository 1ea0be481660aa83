using PlanForensics.Contracts;

namespace PlanForensics.Replay;

/// <summary>Where an engine runs, for the contract of a replay.</summary>
/// <param name="Device">The device as its driver names it.</param>
/// <param name="Versions">Versions of the driver and of the libraries that compile its kernels, by name.</param>
public sealed record ReplayPlatform(string Device, ValueMap Versions)
{
    /// <summary>A state as this platform ran it: the device is replaced, versions are added to those recorded.</summary>
    /// <param name="state">The recorded state.</param>
    /// <returns>The state of the replay.</returns>
    public StepState Describe(StepState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        IEnumerable<KeyValuePair<string, string>> recorded = state.LibraryVersions ?? ValueMap.Empty;
        return state with { Device = Device, LibraryVersions = new ValueMap(recorded.Where(pair => !Versions.ContainsKey(pair.Key)).Concat(Versions)) };
    }
}
