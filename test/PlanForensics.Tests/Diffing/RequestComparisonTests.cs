using System.Reflection;
using System.Text.Json.Serialization;
using CsCheck;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Tests.Contracts;
using Xunit;

namespace PlanForensics.Tests.Diffing;

public class RequestComparisonTests
{
    private static readonly ContractRedaction Key = new(new byte[32], "k1");

    private static readonly ContractRedaction OtherKey = new([.. Enumerable.Repeat((byte)9, 32)], "k2");

    private static readonly DecodeConfiguration Greedy = new() { Method = "greedy", Temperature = 0 };

    [Fact]
    public void A_request_equals_itself()
    {
        EffectiveRequest full = ContractSamples.Full().Request with { Approximation = null };
        RequestComparison comparison = RequestComparison.Compare(full, full);
        comparison.Finding.State.Should().Be(Equality.Equal);
        comparison.Differences.Should().BeEmpty();
        comparison.Fields.Count.Should().BeGreaterThan(30, "every part is compared");
    }

    [Fact]
    public void The_first_differing_token_is_named_with_both_ids()
    {
        RequestComparison comparison = RequestComparison.Compare(Tokens(1, 5, 9, 2), Tokens(1, 5, 8, 2));
        comparison.Finding.ToString().Should().Be("different (effective_token_ids)");
        (comparison.Tokens.FirstDifferentIndex, comparison.Tokens.TokenA, comparison.Tokens.TokenB).Should().Be((2, 9, 8));
        comparison.Fields[0].ToString().Should().Be("effective_token_ids: token 9 at 2 and token 8 at 2, different (token ids)");
    }

    [Fact]
    public void A_sequence_that_ends_differs_where_it_ends()
    {
        RequestComparison comparison = RequestComparison.Compare(Tokens(1, 5), Tokens(1, 5, 8));
        (comparison.Tokens.FirstDifferentIndex, comparison.Tokens.TokenA, comparison.Tokens.TokenB).Should().Be((2, null, 8));
        comparison.Fields[0].A.Should().Be("end at 2");
        (comparison.Tokens.CountA, comparison.Tokens.CountB).Should().Be((2, 3));
    }

    [Fact]
    public void Keyed_prefix_hashes_find_the_index_that_ids_find() =>
        Gen.Select(Gen.Int[0, 3].Array[0, 12], Gen.Int[0, 3].Array[0, 12]).Sample(static (a, b) =>
        {
            RequestComparison plain = RequestComparison.Compare(Tokens(a), Tokens(b));
            RequestComparison keyed = RequestComparison.Compare(Key.Redact(Tokens(a)), Key.Redact(Tokens(b)));
            keyed.Tokens.Finding.State.Should().Be(plain.Tokens.Finding.State);
            keyed.Tokens.FirstDifferentIndex.Should().Be(plain.Tokens.FirstDifferentIndex);
            (keyed.Tokens.TokenA, keyed.Tokens.TokenB).Should().Be((null, null));
        });

    [Fact]
    public void Hashes_under_different_keys_decide_nothing()
    {
        RequestComparison comparison = RequestComparison.Compare(Key.Redact(Tokens(1, 5)), OtherKey.Redact(Tokens(1, 5)));
        comparison.Finding.State.Should().Be(Equality.Undecidable);
        comparison.Finding.Because.Should().Be(
            "the token ids: side A has a hash under key k1, side B a hash under key k2; hashing both under one key would tell");
    }

    [Fact]
    public void Different_counts_decide_even_under_different_keys() =>
        RequestComparison.Compare(Key.Redact(Tokens(1, 5)), OtherKey.Redact(Tokens(1, 5, 6))).Finding.Should().Be(EqualityFinding.Of(false, "effective_token_ids"));

    [Fact]
    public void The_key_settles_ids_against_their_hash()
    {
        EffectiveRequest clear = Tokens(1, 5, 9) with { SystemMessage = "be brief" };
        EffectiveRequest redacted = Key.Redact(Tokens(1, 5, 8) with { SystemMessage = "be brief" });
        RequestComparison without = RequestComparison.Compare(clear, redacted);
        without.Finding.State.Should().Be(Equality.Undecidable);
        without.Undecidable.Select(field => field.Field).Should().BeEquivalentTo("effective_token_ids", "system_message");
        RequestComparison with = RequestComparison.Compare(clear, redacted, Key);
        (with.Tokens.FirstDifferentIndex, with.Tokens.TokenA, with.Tokens.TokenB).Should().Be((2, 9, null));
        with.Fields.Single(field => field.Field == "system_message").Finding.IsEqual.Should().BeTrue();
        RequestComparison.Compare(clear, redacted, OtherKey).Finding.State.Should().Be(Equality.Undecidable, "another key settles nothing");
    }

    [Fact]
    public void A_plain_hash_compares_with_ids()
    {
        EffectiveRequest hashed = new() { EffectiveTokenHash = ContentHash.OfTokenIds([1, 5]), Decode = Greedy };
        RequestComparison.Compare(Tokens(1, 5), hashed).Finding.ToString().Should().Be("equal (sha256 of the token ids)");
        RequestComparison other = RequestComparison.Compare(Tokens(1, 6), hashed);
        other.Finding.State.Should().Be(Equality.Different);
        other.Tokens.FirstDifferentIndex.Should().BeNull("a hash of all tokens does not tell where");
    }

    [Fact]
    public void Without_tokens_nothing_is_equal()
    {
        EffectiveRequest nothing = new() { EffectivePrompt = "same text", Decode = Greedy };
        RequestComparison comparison = RequestComparison.Compare(nothing, nothing);
        comparison.Finding.ToString().Should().Be("undecidable (neither side recorded token ids or their hash)");
        RequestComparison.Compare(Tokens(1), nothing).Finding.Because.Should().Be("only side A recorded token ids or their hash; side B must record it too");
    }

    [Fact]
    public void Each_decisive_field_is_a_verdict_with_both_values()
    {
        EffectiveRequest a = Tokens(1, 2);
        AssertDiffers(a, a with { Decode = Greedy with { Temperature = 0.7 } }, "decode.temperature", "0", "0.7");
        EffectiveRequest stop = a with { Decode = Greedy with { Stop = ["x"] } };
        AssertDiffers(stop, stop with { Decode = Greedy with { Stop = ["y"] } }, "decode.stop[0]", "x", "y");
        AssertDiffers(stop, stop with { Decode = Greedy with { Stop = ["x", "y"] } }, "decode.stop.count", "1", "2");
        EffectiveRequest cached = a with { PrefixCache = new PrefixCacheUse { Used = true, HitTokens = 16 } };
        AssertDiffers(cached, cached with { PrefixCache = new PrefixCacheUse { Used = false, HitTokens = 0 } }, "prefix_cache.used", "true", "false");
        EffectiveRequest gated = a with { PolicyGates = [new PolicyGate { Name = "g", Modified = "decode", Version = "1" }] };
        AssertDiffers(gated, gated with { PolicyGates = [new PolicyGate { Name = "g", Modified = "decode", Version = "2" }] }, "policy_gates[0].version", "1", "2");
    }

    [Fact]
    public void Provenance_is_a_verdict_only_while_tokens_may_differ()
    {
        EffectiveRequest a = Tokens(1, 2) with { RoutingTemplateVersion = "v1", Truncation = new PromptTruncation { Boundary = 4, Reason = "context_limit" } };
        EffectiveRequest b = a with { RoutingTemplateVersion = "v2", Truncation = new PromptTruncation { Boundary = 5, Reason = "policy" } };
        RequestComparison same = RequestComparison.Compare(a, b);
        same.Finding.State.Should().Be(Equality.Equal, "the model saw the same tokens");
        same.Differences.Select(field => field.Field).Should().Equal("routing_template_version", "truncation.boundary", "truncation.reason");
        same.DecisiveDifferences.Should().BeEmpty();
        RequestComparison unsure = RequestComparison.Compare(a with { Approximation = "re-encoded" }, b);
        unsure.Finding.ToString().Should().Be("different (routing_template_version)");
        unsure.ApproximationA.Should().Be("re-encoded");
        EffectiveRequest untokened = a with { EffectiveTokenIds = null, EffectiveTokenHash = null, EffectiveTokenCount = null };
        RequestComparison.Compare(untokened, b).Finding.State.Should().Be(Equality.Different);
    }

    [Fact]
    public void An_approximation_is_said_where_everything_recorded_is_equal()
    {
        EffectiveRequest a = Tokens(1, 2);
        RequestComparison comparison = RequestComparison.Compare(a, a with { Approximation = "tokens re-encoded from the logged text" });
        comparison.IsApproximate.Should().BeTrue();
        (comparison.ApproximationA, comparison.ApproximationB).Should().Be((null, "tokens re-encoded from the logged text"));
        comparison.Finding.ToString().Should().Be("equal (token ids; as far as an approximation tells)");
    }

    [Fact]
    public void A_part_on_one_side_only_is_undecidable()
    {
        RequestComparison comparison = RequestComparison.Compare(Tokens(1, 2), Tokens(1, 2) with { Decode = Greedy with { Seed = 4 } });
        comparison.Finding.ToString().Should().Be("undecidable (decode.seed not recorded comparably on both sides)");
        comparison.Undecidable.Single().ToString().Should().Be(
            "decode.seed: not recorded and 4, undecidable (only side B recorded decode.seed; side A must record it too)");
    }

    [Fact]
    public void Long_texts_are_cut_to_where_they_differ()
    {
        string start = new('a', 300);
        RequestComparison comparison = RequestComparison.Compare(
            Tokens(1) with { EffectivePrompt = start + "X" + start }, Tokens(1) with { EffectivePrompt = start + "Y" + start });
        RequestFieldComparison field = comparison.Differences.Single();
        field.A.Should().Contain("X").And.EndWith("(characters 280 to 400 of 601)");
        field.B.Should().Contain("Y");
    }

    [Fact]
    public void Every_field_of_a_request_is_compared()
    {
        EffectiveRequest full = ContractSamples.Full().Request with { Approximation = null };
        foreach (PropertyInfo property in ContractSamples.JsonProperties(typeof(EffectiveRequest)).Where(p => p.Name != nameof(EffectiveRequest.Approximation)))
        {
            EffectiveRequest lacking = full with { };
            property.SetValue(lacking, null);
            bool isToken = property.Name.StartsWith("EffectiveToken", StringComparison.Ordinal);
            bool hasTwin = property.Name.Replace("Hash", "", StringComparison.Ordinal) is "RawPrompt" or "EffectivePrompt" or "SystemMessage";
            if (!isToken && !hasTwin)
                RequestComparison.Compare(full, lacking).Undecidable.Should().NotBeEmpty($"{property.Name} is recorded on one side only");
        }
    }

    [Fact]
    public void Exchanging_the_sides_exchanges_the_values()
    {
        EffectiveRequest a = Tokens(1, 2) with { RoutingTemplateVersion = "v1" };
        EffectiveRequest b = Tokens(1, 3) with { RoutingTemplateVersion = "v2" };
        RequestComparison there = RequestComparison.Compare(a, b);
        RequestComparison back = RequestComparison.Compare(b, a);
        back.Fields.Select(field => (field.Field, field.A, field.B, field.Finding)).Should()
            .Equal(there.Fields.Select(field => (field.Field, field.B, field.A, field.Finding)));
    }

    private static void AssertDiffers(EffectiveRequest a, EffectiveRequest b, string field, string valueA, string valueB)
    {
        RequestComparison comparison = RequestComparison.Compare(a, b);
        comparison.Finding.ToString().Should().Be($"different ({field})");
        RequestFieldComparison first = comparison.DecisiveDifferences.First();
        (first.Field, first.A, first.B).Should().Be((field, valueA, valueB));
    }

    private static EffectiveRequest Tokens(params int[] ids) => EffectiveRequest.FromTokenIds(ids, Greedy);
}
