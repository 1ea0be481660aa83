using System.Security.Cryptography;
using System.Text;
using FluentAssertions;
using PlanForensics.Contracts;
using Xunit;

namespace PlanForensics.Tests.Contracts;

public sealed class ContractRedactionTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(value => (byte)value)];
    private static readonly ContractRedaction Redaction = new(Key, "k1");

    [Fact]
    public void No_text_and_no_token_of_the_sample_is_left()
    {
        ExecutionContract secret = ContractSamples.Small() with
        {
            Request = new EffectiveRequest
            {
                RawPrompt = "SECRET raw",
                EffectivePrompt = "SECRET effective",
                SystemMessage = "SECRET system",
                EffectiveTokenIds = [31337, 31338],
                ShapingEvents = [new ShapingEvent { Kind = "template_applied", Detail = "SECRET detail" }],
                PolicyGates = [new PolicyGate { Name = "pii", Detail = "SECRET gate" }],
                PrefixCache = new PrefixCacheUse { Used = true, Key = "SECRET key" },
                Decode = new DecodeConfiguration { Stop = ["SECRET stop"] },
            },
            Steps = [ContractSamples.Step(0, token: 31339)],
            UnknownFields = ContractJson.Parse("{\"note\":\"SECRET\"," + ContractJson.Format(ContractSamples.Small())[1..]).UnknownFields,
        };
        string before = ContractJson.Format(secret);
        before.Should().Contain("SECRET").And.Contain("31337").And.Contain("31339");

        string after = ContractJson.Format(Redaction.Redact(secret));

        after.Should().NotContain("SECRET").And.NotContain("31337").And.NotContain("31339").And.NotContain("\"token\"").And.NotContain("\"data\"");
        after.Should().Contain("\"logits_sha256\"").And.Contain("hmac-sha256:k1:");
    }

    [Fact]
    public void The_full_sample_keeps_only_what_is_documented()
    {
        ExecutionContract redacted = Redaction.Redact(ContractSamples.Full());

        redacted.Request.RawPrompt.Should().BeNull();
        redacted.Request.EffectiveTokenIds.Should().BeNull();
        redacted.Steps[0].Observation.Should().Be(new StepObservation
        {
            ChosenTokenHash = redacted.Steps[0].Observation.ChosenTokenHash,
            LogitsSha256 = ContractSamples.Full().Steps[0].Observation.LogitsSha256,
            LogitsFormat = ContractSamples.Full().Steps[0].Observation.LogitsFormat,
            HiddenStateHashes = ContractSamples.Full(withUnknown: false).Steps[0].Observation.HiddenStateHashes,
        });
        ContractJson.Format(redacted).Should().NotContain("zz_new");
    }

    [Fact]
    public void The_keyed_hash_is_the_HMAC_of_the_SHA_256()
    {
        byte[] expected = HMACSHA256.HashData(Key, SHA256.HashData([1, 0, 0, 0, 5, 0, 0, 0, 9, 0, 0, 0]));
        Redaction.HashTokenIds([1, 5, 9]).ToString().Should().Be($"hmac-sha256:k1:{Convert.ToHexStringLower(expected)}");

        byte[] text = HMACSHA256.HashData(Key, SHA256.HashData(Encoding.UTF8.GetBytes("é")));
        Redaction.HashText("é").Hex.Should().Be(Convert.ToHexStringLower(text));
    }

    [Fact]
    public void A_recorded_hash_gives_the_same_keyed_hash_as_the_content()
    {
        EffectiveRequest text = new() { RawPrompt = "hello", EffectiveTokenIds = [1, 2] };
        EffectiveRequest hashes = new() { RawPromptHash = ContentHash.OfText("hello"), EffectiveTokenHash = ContentHash.OfTokenIds([1, 2]) };

        Redaction.Redact(hashes).RawPromptHash.Should().Be(Redaction.Redact(text).RawPromptHash);
        Redaction.Redact(hashes).EffectiveTokenHash.Should().Be(Redaction.Redact(text).EffectiveTokenHash);
    }

    [Fact]
    public void Prefix_hashes_find_the_first_differing_token()
    {
        ValueList<string> left = Redaction.HashPrefixes([1, 2, 3, 4]);
        ValueList<string> right = Redaction.HashPrefixes([1, 2, 9, 4]);

        left.Zip(right).Select(pair => pair.First == pair.Second).Should().Equal(true, true, false, false);
        left.Should().OnlyContain(hash => hash.Length == ContractRedaction.PrefixHashDigits);
        byte[] first = HMACSHA256.HashData(Key, (byte[])[.. new byte[32], 1, 0, 0, 0]);
        left[0].Should().Be(Convert.ToHexStringLower(first)[..16]);
    }

    [Fact]
    public void Equal_tokens_at_one_step_stay_comparable_and_at_two_steps_differ()
    {
        ContentHash At(int step, int token) => Redaction.Redact(ContractSamples.Step(step, token)).Observation.ChosenTokenHash!;

        At(3, 7).Should().Be(At(3, 7)).And.NotBe(At(4, 7)).And.NotBe(At(3, 8));
    }

    [Fact]
    public void Redacting_twice_changes_nothing_more()
    {
        ExecutionContract once = Redaction.Redact(ContractSamples.Full());

        Redaction.Redact(once).Should().Be(once);
        ContractJson.Parse(ContractJson.Format(once)).Should().Be(once);
    }

    [Fact]
    public void Other_keys_give_other_hashes_and_short_keys_are_refused()
    {
        new ContractRedaction([.. Key.Reverse()], "k1").HashText("x").Should().NotBe(Redaction.HashText("x"));
        Redaction.HashText("x").IsComparableTo(ContentHash.OfText("x")).Should().BeFalse();
        ((Action)(() => _ = new ContractRedaction(new byte[15], "k1"))).Should().Throw<ArgumentException>();
        ((Action)(() => _ = new ContractRedaction(Key, "a:b"))).Should().Throw<ArgumentException>();
    }
}
