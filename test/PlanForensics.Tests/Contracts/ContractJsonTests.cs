using System.Text.Json;
using System.Text.Json.Nodes;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Contracts;

public sealed class ContractJsonTests
{
    [Fact]
    public void Every_field_of_every_record_survives_a_round_trip()
    {
        ExecutionContract contract = ContractSamples.Full();

        string json = ContractJson.Format(contract);
        ExecutionContract read = ContractJson.Parse(json);

        read.Should().Be(contract);
        ContractJson.Format(read).Should().Be(json);
        read.Steps[0].Observation.FullLogits!.Bytes.ToArray().Should().Equal(contract.Steps[0].Observation.FullLogits!.Bytes.ToArray());
        json.Should().NotContain("\n");
    }

    [Fact]
    public void The_full_sample_leaves_no_property_null()
    {
        JsonNode json = JsonNode.Parse(ContractJson.Format(ContractSamples.Full(withUnknown: false)))!;
        JsonObject state = json["steps"]![0]!["state"]!.AsObject();

        state.Count.Should().Be(ContractSamples.JsonProperties(typeof(StepState)).Count());
        json["request"]!.AsObject().Count.Should().Be(ContractSamples.JsonProperties(typeof(EffectiveRequest)).Count());
        json["steps"]![0]!["observation"]!.AsObject().Count.Should().Be(ContractSamples.JsonProperties(typeof(StepObservation)).Count());
    }

    [Fact]
    public void Unknown_fields_survive_at_every_level()
    {
        JsonNode original = JsonNode.Parse(ContractJson.Format(ContractSamples.Full(withUnknown: false)))!;
        int objects = Mark(original);

        string read = ContractJson.Format(ContractJson.Parse(original.ToJsonString()));

        JsonNode.DeepEquals(JsonNode.Parse(read), original).Should().BeTrue();
        objects.Should().BeGreaterThan(20);
    }

    [Fact]
    public void Records_with_different_unknown_fields_are_not_equal()
    {
        ExecutionContract plain = ContractSamples.Small();

        ContractJson.Parse(ContractJson.Format(plain)).Should().Be(plain);
        ContractJson.Parse("{\"x\":1," + ContractJson.Format(plain)[1..]).Should().NotBe(plain);
    }

    [Theory]
    [InlineData("fp32", 0x7FC00000u)]
    [InlineData("fp32", 0xFF800000u)]
    [InlineData("fp32", 0x80000000u)]
    [InlineData("fp32", 0x00000001u)]
    [InlineData("fp32", 0x3DCCCCCDu)]
    [InlineData("bf16", 0x3FC1u)]
    [InlineData("fp16", 0x0001u)]
    [InlineData("fp16", 0x7C01u)]
    public void A_logit_keeps_its_bits(string format, uint bits)
    {
        NumericFormats.TryParse(format, out NumericFormat parsed).Should().BeTrue();
        RecordedLogit logit = RecordedLogit.FromBits(3, parsed, bits);
        ExecutionContract contract = ContractSamples.Small(steps: 1);
        ContractStep step = new() { State = contract.Steps[0].State, Observation = new StepObservation { Top1 = logit } };

        RecordedLogit read = ContractJson.Parse(ContractJson.Format(contract with { Steps = [step] })).Steps[0].Observation.Top1!;

        read.Bits.Should().Be(bits);
        read.Should().Be(logit);
    }

    [Theory]
    [InlineData("""{"token":1,"format":"fp32","bits":"0x3f800000","value":1.5}""", "value 1.5 is not what the bits")]
    [InlineData("""{"token":1,"format":"bf16","bits":"0x3f800000"}""", "do not fit bf16")]
    [InlineData("""{"token":1,"format":"fp64","bits":"0x3f80"}""", "a logit is recorded as fp32, bf16 or fp16")]
    [InlineData("""{"token":1,"format":"float","bits":"0x3f80"}""", "a format is one of fp32")]
    [InlineData("""{"token":1,"format":"bf16","bits":16256}""", "bits are text such as")]
    [InlineData("""{"token":1,"format":"bf16","bits":"0x"}""", "bits are text such as")]
    [InlineData("""{"token":-1,"format":"bf16","bits":"0x3f80"}""", "token must be 0 or more, but is -1")]
    [InlineData("""{"format":"bf16","bits":"0x3f80"}""", "token")]
    public void A_damaged_logit_is_refused(string logit, string reason)
    {
        string json = ContractJson.Format(ContractSamples.Small(steps: 1)).Replace("\"top2\":", $"\"x\":1,\"top2\":{logit},\"y\":", StringComparison.Ordinal);

        Action read = () => ContractJson.Parse(json);

        read.Should().Throw<ContractFormatException>().Which.Reason.Should().Contain(reason);
    }

    [Fact]
    public void Top_logits_put_the_lower_id_first_and_NaN_above_every_number()
    {
        StepObservation observation = StepObservation.FromLogits(TensorValue.FromFp32([float.NaN, 2f, 2f, float.NegativeInfinity, 1f], 5), 1, topK: 5);

        observation.TopK!.Select(logit => logit.Token).Should().Equal(0, 1, 2, 4, 3);
        observation.Top1!.Token.Should().Be(0);
        observation.Top2!.Token.Should().Be(1);
    }

    [Fact]
    public void Steps_are_sorted_and_a_repeated_step_is_refused()
    {
        ExecutionContract contract = ContractSamples.Small();

        (contract with { Steps = contract.Steps.Reverse().ToValueList() }).Should().Be(contract);
        Action repeat = () => _ = contract with { Steps = [contract.Steps[0], contract.Steps[1], contract.Steps[0]] };
        repeat.Should().Throw<ArgumentException>().WithMessage("step 0 of rank 0 occurs twice*");
    }

    private static int Mark(JsonNode? node)
    {
        int count = 0;
        if (node is JsonArray array)
            return array.Sum(Mark);
        if (node is not JsonObject item || item.ContainsKey("A"))
            return 0;
        foreach ((string _, JsonNode? child) in item)
            count += Mark(child);
        item["future_field"] = JsonNode.Parse("[1,{\"deep\":\"é\"}]");
        return count + 1;
    }
}
