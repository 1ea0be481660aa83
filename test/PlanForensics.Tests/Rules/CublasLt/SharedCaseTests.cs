using System.Text.Json.Nodes;
using FluentAssertions;
using PlanForensics.Numerics;
using PlanForensics.Rules.CublasLt;
using PlanForensics.Tests.Cli;
using Xunit;

namespace PlanForensics.Tests.Rules.CublasLt;

/// <summary>The recorded cases, through the command that prints them.</summary>
public sealed class SharedCaseTests
{
    [Theory]
    [InlineData("sm90_lt13_1", 1_554)]
    [InlineData("sm100_lt12_8", 1_482)]
    public void Every_recorded_case_has_the_recorded_plan_or_reason(string name, int count)
    {
        string cases = SharedData.PathOf("cublas-plans", $"cases_{name}.json");

        Agreement(name, cases).Should().Be((count, count));
        Agreement(SharedData.PathOf("cublas-plans", "profiles", $"{name}.json"), cases).Should().Be((count, count));
    }

    [Fact]
    public void Another_architectures_profile_does_not_agree() // negative control
    {
        (int equal, int count) = Agreement("sm100_lt12_8", SharedData.PathOf("cublas-plans", "cases_sm90_lt13_1.json"));
        equal.Should().BeLessThan(count - 100).And.BeGreaterThan(count / 2);
    }

    [Theory]
    [InlineData("sm90_lt13_1")]
    [InlineData("sm100_lt12_8")]
    public void Every_recorded_plan_lowers(string name) // PLANFORENSICS_LONG=1 takes those beyond K = 4,096 too
    {
        int deepest = Environment.GetEnvironmentVariable("PLANFORENSICS_LONG") == "1" ? int.MaxValue : 4_096;
        CublasLtProfile profile = CublasLtProfiles.Get(name);
        var cases = CublasLtCase.ParseAll(File.ReadAllBytes(SharedData.PathOf("cublas-plans", $"cases_{name}.json")), name).Where(one => one.K <= deepest);
        var plans = cases.Select(one => (Case: one, CublasLtPlanner.Plan(profile, one).Plan)).Where(pair => pair.Plan is not null).DistinctBy(pair => (pair.Plan, pair.Case.K, pair.Case.Kind)).ToArray();

        plans.Should().HaveCountGreaterThan(100);
        foreach ((CublasLtCase one, CublasLtPlan? plan) in plans)
            CublasLtLowering.Lower(plan!, profile, one.Kind, one.K, NumericFormat.Bf16).Depth.Should().Be(one.K);
    }

    private static (int Equal, int Count) Agreement(string profile, string cases)
    {
        ToolRun run = ToolRun.Of("cublas", "--profile", profile, "--cases", cases, "--json");
        run.ExitCode.Should().Be(0, run.Error);
        JsonArray results = JsonNode.Parse(run.Output)!.AsArray();
        JsonArray expected = JsonNode.Parse(File.ReadAllText(cases))!["cases"]!.AsArray();
        results.Count.Should().Be(expected.Count);
        return (results.Zip(expected).Count(pair => IsEqual(pair.First!.AsObject(), pair.Second!.AsObject())), expected.Count);
    }

    private static bool IsEqual(JsonObject result, JsonObject expected) =>
        result.Count == 2 && JsonNode.DeepEquals(result["plan"], expected["plan"]) && JsonNode.DeepEquals(result["reason"], expected["reason"]);
}
