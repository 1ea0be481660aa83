using CsCheck;
using FluentAssertions;
using PlanForensics.Attribution;
using Xunit;

namespace PlanForensics.Tests.Attribution;

public sealed class SubsetSearchTests
{
    private static readonly Gen<(int Count, int[] Planted)> Independent =
        Gen.Int[1, 60].SelectMany(count => Gen.Int[0, count - 1].HashSet[0, Math.Min(count, 5)].Select(planted => (count, planted.Order().ToArray())));

    [Fact]
    public void Independent_things_are_found_within_the_bound()
    {
        Independent.Sample(planted =>
        {
            SubsetSearchResult result = SubsetSearch.Run(planted.Count, set => set.Any(planted.Planted.Contains));

            result.Groups.Select(group => group.Members.Single().Index).Order().Should().Equal(planted.Planted);
            result.SearchEvaluations.Should().BeLessThanOrEqualTo(SubsetSearch.Bound(planted.Count, planted.Planted.Length));
            result.InteractionEvaluations.Should().Be(0);
            result.HasInteraction.Should().BeFalse();
            result.Groups.SelectMany(group => group.Members).Where(member => !member.IsSufficient || member.IsNecessary != (planted.Planted.Length == 1)).Should().BeEmpty();
        });
    }

    // n = 16: the whole (1), halves 8, 4, 2, 1 down to item 5 (4), the rest (1): 6 = 1 (ceil(log2 16) + 1) + 1.
    [Fact]
    public void One_of_sixteen_takes_six_evaluations()
    {
        SubsetSearchResult result = SubsetSearch.Run(16, set => set.Contains(5));

        result.SearchEvaluations.Should().Be(6);
        SubsetSearch.Bound(16, 1).Should().Be(6);
        result.Groups.Single().IsNecessary.Should().BeTrue();
    }

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 2)]
    [InlineData(2, 1, 3)]
    [InlineData(17, 1, 7)]
    [InlineData(32, 3, 19)]
    public void The_bound_is_k_times_ceil_log2_n_plus_one_plus_one(int count, int found, int bound) => SubsetSearch.Bound(count, found).Should().Be(bound);

    [Fact]
    public void Things_that_act_only_together_are_found_as_one_minimal_group()
    {
        Gen.Int[2, 40].SelectMany(count => Gen.Int[0, count - 1].HashSet[2, Math.Min(count, 4)].Select(joint => (Count: count, Joint: joint.Order().ToArray()))).Sample(planted =>
        {
            SubsetSearchResult result = SubsetSearch.Run(planted.Count, set => planted.Joint.All(set.Contains));

            result.HasInteraction.Should().BeTrue();
            SubsetGroup group = result.Groups.Should().ContainSingle().Subject;
            group.Members.Select(member => member.Index).Order().Should().Equal(planted.Joint);
            group.Members.Should().OnlyContain(member => !member.IsSufficient && member.IsNecessary);
            group.IsNecessary.Should().BeTrue();
        });
    }

    [Fact]
    public void A_single_thing_beside_a_joint_pair_is_found_as_well()
    {
        SubsetSearchResult result = SubsetSearch.Run(24, set => set.Contains(19) || (set.Contains(2) && set.Contains(14)));

        result.Groups.Select(group => string.Join('+', group.Members.Select(member => member.Index))).Should().BeEquivalentTo("19", "2+14");
        result.HasInteraction.Should().BeTrue();
    }

    [Fact]
    public void Things_that_cancel_are_reported()
    {
        // Each of 3 and 9 has the effect; both together have none, unless 12 is there too.
        SubsetSearchResult result = SubsetSearch.Run(16, set => set.Contains(12) || (set.Contains(3) ^ set.Contains(9)));

        result.HasInteraction.Should().BeTrue();
        result.IsMonotone.Should().BeFalse();
        result.Groups.SelectMany(group => group.Members).Should().Contain(member => member.Index == 12 && member.IsSufficient);
    }

    [Fact]
    public void Nothing_is_found_where_nothing_acts()
    {
        SubsetSearchResult result = SubsetSearch.Run(20, _ => false);

        result.Groups.Should().BeEmpty();
        result.SearchEvaluations.Should().Be(1);
        SubsetSearch.Run(0, _ => true).SearchEvaluations.Should().Be(0);
    }

    [Fact]
    public void Equal_predicates_are_asked_the_same_sets_and_never_twice()
    {
        List<string> Asked()
        {
            var asked = new List<string>();
            SubsetSearch.Run(29, set =>
            {
                asked.Add(string.Join(',', set));
                return set.Contains(4) || set.Contains(5) || (set.Contains(7) && set.Contains(28));
            });
            return asked;
        }

        Asked().Should().Equal(Asked()).And.OnlyHaveUniqueItems().And.HaveCountGreaterThan(5);
    }

    // A monotone predicate of any kind: what is found has the effect together, and every joint group is 1-minimal.
    [Fact]
    public void Any_monotone_predicate_gives_positive_and_minimal_groups()
    {
        Gen<int[][]> clauses = Gen.Int[0, 11].HashSet[1, 3].Select(set => set.Order().ToArray()).Array[1, 4];
        clauses.Sample(any =>
        {
            bool Effect(IReadOnlyList<int> set) => any.Any(clause => clause.All(set.Contains));

            SubsetSearchResult result = SubsetSearch.Run(12, Effect);

            result.IsMonotone.Should().BeTrue();
            result.Cancels.Should().BeFalse();
            result.Groups.Should().NotBeEmpty();
            foreach (SubsetGroup group in result.Groups)
            {
                int[] members = [.. group.Members.Select(member => member.Index)];
                Effect(members).Should().BeTrue();
                members.Where(item => Effect([.. members.Where(other => other != item)])).Should().BeEmpty();
            }

            int[] found = [.. result.Groups.SelectMany(group => group.Members).Select(member => member.Index)];
            Effect([.. Enumerable.Range(0, 12).Except(found)]).Should().BeFalse();
        });
    }

    [Fact]
    public void Trying_singles_first_finds_what_suffices_alone_where_halving_ends_at_a_group()
    {
        // 2 and 9 suffice alone, unless 3 undoes 2: the lower half is negative, the upper half is not tried further once a group is found.
        bool Flips(IReadOnlyList<int> set) => (set.Contains(2) && !set.Contains(3)) || set.Contains(9);

        SubsetSearchResult result = SubsetSearch.Run(16, Flips, triesSingles: true);

        result.Groups.Select(group => group.Members.Single().Index).Should().Equal(2, 9);
        result.Groups.Should().OnlyContain(group => group.Members[0].IsSufficient);
        result.SearchEvaluations.Should().Be(16);
        SubsetSearch.Run(16, set => set.Contains(4) && set.Contains(12), triesSingles: true).Groups.Single().Members.Select(member => member.Index).Order().Should().Equal(4, 12);
    }
}
