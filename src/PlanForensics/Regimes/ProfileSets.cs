using PlanForensics.Contracts;

namespace PlanForensics.Regimes;

/// <summary>Numbers sets of profiles: most steps have one profile, a mixed batch may have several.</summary>
internal sealed class ProfileSets
{
    private readonly Dictionary<StepState, int> _profileIds = new(ReferenceEqualityComparer.Instance);
    private readonly List<StepState> _profiles = [];
    private readonly List<int[]> _sets = [];
    private readonly Dictionary<(int Set, int Profile), int> _unions = [];
    private readonly Dictionary<string, int> _ids = [];
    private StepState? _last;
    private int _lastId;

    public int Count => _sets.Count;

    public int IdOf(StepState profile)
    {
        if (!ReferenceEquals(profile, _last))
        {
            if (!_profileIds.TryGetValue(profile, out _lastId))
            {
                _lastId = _profiles.Count;
                _profileIds.Add(profile, _lastId);
                _profiles.Add(profile);
            }

            _last = profile;
        }

        return _lastId;
    }

    public int SetOf(int profile) => Union(-1, profile);

    /// <summary>The set with one profile more.</summary>
    public int Union(int set, int profile)
    {
        if (_unions.TryGetValue((set, profile), out int known))
            return known;
        int[] members = set < 0 ? [profile] : [.. _sets[set].Append(profile).Distinct().Order()];
        string key = string.Join(',', members);
        if (!_ids.TryGetValue(key, out int id))
        {
            id = _sets.Count;
            _sets.Add(members);
            _ids.Add(key, id);
        }

        _unions.Add((set, profile), id);
        return id;
    }

    /// <summary>The profiles of a set, in an order that does not depend on which came first.</summary>
    public IReadOnlyList<StepState> Profiles(int set) => _sets[set].Length == 1
        ? [_profiles[_sets[set][0]]]
        : [.. _sets[set].Select(id => _profiles[id])
            .OrderBy(profile => profile.AlgorithmId, StringComparer.Ordinal).ThenBy(profile => profile.KernelVariant, StringComparer.Ordinal)
            .ThenBy(profile => profile.PrecisionPath, StringComparer.Ordinal).ThenBy(profile => profile.Plan, StringComparer.Ordinal)
            .ThenBy(profile => profile.PlanFingerprint, StringComparer.Ordinal).ThenBy(profile => profile.IsolationMode, StringComparer.Ordinal)];
}
