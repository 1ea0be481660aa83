using PlanForensics.Contracts;

namespace PlanForensics.Regimes.Churn;

/// <summary>The plan identities of a timeline, by number; sets of profiles that say the same of the plan have one number.</summary>
internal sealed class PlanIdentities
{
    private readonly List<PlanIdentity> _identities = [];
    private readonly int[] _ofSet;

    public PlanIdentities(StepTimeline timeline)
    {
        Dictionary<PlanIdentity, int> numbers = [];
        _ofSet = new int[timeline.ProfileSetCount];
        for (int set = 0; set < _ofSet.Length; set++)
        {
            PlanIdentity identity = PlanIdentity.Of(timeline.ProfilesOf(set));
            if (!numbers.TryGetValue(identity, out int number))
            {
                number = _identities.Count;
                numbers.Add(identity, number);
                _identities.Add(identity);
            }

            _ofSet[set] = number;
        }
    }

    public PlanIdentity this[int number] => _identities[number];

    /// <summary>The number of a set's identity.</summary>
    public int Of(int profileSet) => _ofSet[profileSet];
}
