using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Rules.Feasibility;
using Xunit;

namespace PlanForensics.Tests.Rules.Feasibility;

public sealed class PlanSpaceTests
{
    private static readonly StepState Rich = new()
    {
        StepIndex = 3, Phase = ExecutionPhase.Decode, Shape = StepShape.Parse("q=1,k=700,h=32,kvh=8,hd=128,d=4096,tp=4"),
        BatchSize = 8, BatchTokens = 8, PaddedBatch = 8, Device = "NVIDIA H100 80GB HBM3", SmCount = 132, WorkspaceBytes = 65536, WorkspaceFreeBytes = 65536, VramFreeMb = 0.001, OperandAlignmentBytes = 8,
        LibraryVersions = new ValueMap([new("vllm", "0.20"), new("cublaslt", "13.1.1")]),
        Environment = new ValueMap([new("NVIDIA_TF32_OVERRIDE", "0")]), MathFlags = new MathFlags { MatmulTf32 = false, Bf16ReducedPrecisionReduction = false },
        Collective = new CollectiveState { MessageBytes = 65536 },
    };

    private static FeasibilityQuery Query(StepState state) => new(state) { M = null, N = 1024, K = 4096, Operand = NumericFormat.Bf16, LongestContext = 700, LongestQuery = 1, FullyLinked = true };

    [Theory]
    [InlineData(262_144, FeasibilityVerdict.Feasible)]
    [InlineData(262_143, FeasibilityVerdict.Infeasible)]
    [InlineData(null, FeasibilityVerdict.Unknown)]
    public void A_split_needs_its_partial_results_to_fit(int? workspace, FeasibilityVerdict verdict)
    {
        StepState state = Rich with { WorkspaceBytes = workspace, WorkspaceFreeBytes = null, MathFlags = null };
        PlanFeasibility judged = new PlanSpace(Query(state) with { N = 4096 }).Judge("split", OperatorPlan.Parse("gemm step=dot<16,25,rz> operand=bf16 out=bf16 split_k=4 staging=bf16"));

        judged.Verdict.Should().Be(verdict);
        judged.Checks.Select(check => check.Detail).Should().Contain(detail => detail.StartsWith("needs 262144 bytes (4 slices x 8 x 4096 x 2 bytes)"));
        judged.Missing.Should().Equal(verdict == FeasibilityVerdict.Unknown ? ["workspace_bytes"] : []);
    }

    [Fact]
    public void Rows_that_are_only_bounded_rule_out_what_even_the_fewest_rows_cannot_hold()
    {
        OperatorPlan split = OperatorPlan.Parse("gemm out=bf16 split_k=2");
        StepState state = Rich with { BatchTokens = null, PaddedBatch = null, BatchSize = 5 };

        // At least 5 rows: 2 x 5 x 1024 x 4 = 40,960 fits 65,536 (but more rows need not); 2 x 5 x 2048 x 4 = 81,920 does not.
        new PlanSpace(Query(state)).Judge("split", split).Should().BeEquivalentTo(new { Verdict = FeasibilityVerdict.Unknown, Missing = new[] { "batch_tokens" } });
        new PlanSpace(Query(state) with { N = 2048 }).Judge("split", split).Verdict.Should().Be(FeasibilityVerdict.Infeasible);
    }

    [Theory]
    [InlineData("NVIDIA H100 80GB HBM3", "hopper_mma", FeasibilityVerdict.Feasible)]
    [InlineData("NVIDIA H100 80GB HBM3", "ampere_mma", FeasibilityVerdict.Infeasible)]
    [InlineData("NVIDIA A100-SXM4-80GB", "ampere_mma", FeasibilityVerdict.Feasible)]
    [InlineData("NVIDIA A100-SXM4-80GB", "hopper_mma", FeasibilityVerdict.Infeasible)]
    [InlineData("AMD EPYC 9R14", "hopper_mma", FeasibilityVerdict.Infeasible)]
    [InlineData("NVIDIA Something 9000", "hopper_mma", FeasibilityVerdict.Unknown)]
    [InlineData("AMD EPYC 9R14", "sequential_fma", FeasibilityVerdict.Feasible)]
    [InlineData("Tesla T4", "ampere_mma", FeasibilityVerdict.Infeasible)] // the unit rounds alike, but takes no bf16
    public void A_matrix_unit_belongs_to_its_architecture(string device, string plan, FeasibilityVerdict verdict) =>
        new PlanSpace(Query(Rich with { Device = device, LibraryVersions = null })).Judge(plan, PlanCatalog.Gemms[plan]).Verdict.Should().Be(verdict);

    [Fact]
    public void Short_instructions_of_the_same_unit_are_feasible_and_longer_ones_are_not()
    {
        PlanSpace space = new(Query(Rich));
        space.Judge("s1688", OperatorPlan.Parse("gemm step=dot<8,25,rz> operand=bf16")).Verdict.Should().Be(FeasibilityVerdict.Feasible);
        space.Judge("long", OperatorPlan.Parse("gemm step=dot<32,25,rz> operand=bf16")).Verdict.Should().Be(FeasibilityVerdict.Infeasible);
    }

    [Fact]
    public void Switches_rule_out_what_they_forbid_and_nothing_when_not_recorded()
    {
        OperatorPlan tf32 = OperatorPlan.Parse("gemm step=dot<8,25,rz> operand=tf32");
        OperatorPlan staged = OperatorPlan.Parse("gemm out=bf16 split_k=2 staging=bf16");
        StepState roomy = Rich with { WorkspaceBytes = 1 << 30, WorkspaceFreeBytes = null };
        new PlanSpace(Query(roomy)).Judge("t", tf32).Reason.Should().Be("NVIDIA_TF32_OVERRIDE=0 forbids tf32");
        new PlanSpace(Query(roomy with { Environment = null })).Judge("t", tf32).Reason.Should().StartWith("matmul_tf32 is false");
        new PlanSpace(Query(roomy with { Environment = null, MathFlags = null })).Judge("t", tf32).Missing.Should().Equal("matmul_tf32");
        new PlanSpace(Query(roomy)).Judge("s", staged).Verdict.Should().Be(FeasibilityVerdict.Infeasible);
        new PlanSpace(Query(roomy with { MathFlags = null })).Judge("s", staged).Verdict.Should().Be(FeasibilityVerdict.Feasible);
    }

    [Fact]
    public void Dispatchers_rule_out_the_named_plans_that_they_do_not_choose()
    {
        // 8 sequences x 8 heads = 64, context 700 > 512: vLLM partitions.
        StepState state = Rich with { VramFreeMb = 1000 };
        Dictionary<string, PlanFeasibility> plans = new PlanSpace(Query(state)).JudgeAll().ToDictionary(plan => $"{plan.Source} {plan.Name}");

        plans["serving paged_attention_version: v2"].Verdict.Should().Be(FeasibilityVerdict.Feasible);
        plans["serving paged_attention_version: v1"].Verdict.Should().Be(FeasibilityVerdict.Infeasible);
        plans["catalogue paged_attention_v1"].Verdict.Should().Be(FeasibilityVerdict.Infeasible);
        plans["catalogue paged_attention_v2"].Verdict.Should().Be(FeasibilityVerdict.Feasible);
        plans["catalogue vllm_rms_norm_256"].Verdict.Should().Be(FeasibilityVerdict.Infeasible);
        plans["catalogue vllm_rms_norm_1024"].Verdict.Should().Be(FeasibilityVerdict.Feasible);
        plans["serving custom_all_reduce: 1stage"].Verdict.Should().Be(FeasibilityVerdict.Feasible);
        plans["catalogue custom_all_reduce_2stage"].Verdict.Should().Be(FeasibilityVerdict.Infeasible);
        plans["catalogue ring_all_reduce"].Verdict.Should().Be(FeasibilityVerdict.Feasible, "no dispatcher's plan is this one");
        plans["serving llama_cpp_mat_vec: mmq"].Reason.Should().Be("a kernel of llama.cpp; the stack is vllm");

        // Longer contexts of others in the batch can turn v1 into v2, never back.
        PlanSpace open = new(Query(state with { Shape = state.Shape with { KeyLength = 100 } }) with { LongestContext = null });
        open.JudgeAll().Where(plan => plan.Name.StartsWith("paged_attention_version", StringComparison.Ordinal)).Should().OnlyContain(plan => plan.Verdict == FeasibilityVerdict.Unknown && plan.Missing.Contains("longest_context"));
    }

    [Fact]
    public void What_is_not_recorded_rules_nothing_out()
    {
        HashSet<string> Infeasible(FeasibilityQuery query) => [.. new PlanSpace(query).JudgeAll().Where(plan => plan.Verdict == FeasibilityVerdict.Infeasible).Select(plan => plan.Source + " " + plan.Name)];
        Func<FeasibilityQuery, FeasibilityQuery>[] forget =
        [
            query => query with { State = query.State with { Device = null } }, query => query with { State = query.State with { SmCount = null } },
            query => query with { State = query.State with { WorkspaceBytes = null, WorkspaceFreeBytes = null } }, query => query with { State = query.State with { VramFreeMb = null } },
            query => query with { State = query.State with { OperandAlignmentBytes = null } }, query => query with { State = query.State with { LibraryVersions = null } },
            query => query with { State = query.State with { Environment = null } }, query => query with { State = query.State with { MathFlags = null } },
            query => query with { State = query.State with { Collective = null } }, query => query with { State = query.State with { BatchSize = null } },
            query => query with { State = query.State with { BatchTokens = null } }, query => query with { State = query.State with { PaddedBatch = null } },
            query => query with { State = query.State with { Shape = query.State.Shape with { TensorParallel = null } } }, query => query with { State = query.State with { Shape = query.State.Shape with { Heads = null } } },
            query => query with { State = query.State with { Shape = query.State.Shape with { KeyValueHeads = null } } }, query => query with { State = query.State with { Shape = query.State.Shape with { HeadDimension = null } } },
            query => query with { State = query.State with { Shape = query.State.Shape with { Hidden = null } } }, query => query with { N = null }, query => query with { K = null },
            query => query with { Operand = null }, query => query with { LongestContext = null }, query => query with { LongestQuery = null }, query => query with { FullyLinked = null },
        ];
        HashSet<string> full = Infeasible(Query(Rich));
        bool fullHasNoEngine = full.Any(name => name.StartsWith("engine processor libraries", StringComparison.Ordinal)); // one line for all of them
        Random random = new(7);
        int fewer = 0;

        for (int trial = 0; trial < 60; trial++)
        {
            FeasibilityQuery query = Query(Rich);
            foreach (Func<FeasibilityQuery, FeasibilityQuery> one in trial < forget.Length ? [forget[trial]] : forget.Where(_ => random.Next(4) == 0))
                query = one(query);
            HashSet<string> left = Infeasible(query);
            left.Where(name => !full.Contains(name) && !full.Contains($"{name.Split(": ")[0]}: every configuration") && !(name.StartsWith("engine ", StringComparison.Ordinal) && fullHasNoEngine)).Should().BeEmpty($"trial {trial}");
            fewer += left.Count < full.Count ? 1 : 0;
        }

        full.Count.Should().BeGreaterThan(50);
        fewer.Should().BeGreaterThan(40, "forgetting keeps plans: the check has something to see");
        Infeasible(new FeasibilityQuery(new StepState { StepIndex = 0, Phase = ExecutionPhase.Decode, Shape = StepShape.Parse("q=1,k=1") })).Should().BeEmpty();
    }
}
