using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using PlanForensics.Engines;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Identification.Products;

/// <summary>Matrix products of fp32, bf16 and fp16 values: every family of <see cref="EngineCatalog.Gemms"/> that covers the recorded keys competes.</summary>
internal sealed class ProductSource : ICandidateSource
{
    private static readonly ConditionalWeakTable<TensorValue, WeightMatrix> Weights = [];

    public bool Handles(RecordedOperator recorded) => recorded.Operation == "matmul" && recorded.Find("a") is not null && recorded.Find("w")?.Format == NumericFormat.Fp32;

    public IEnumerable<PlanCandidate> Candidates(RecordedOperator recorded)
    {
        var product = new RecordedProduct(recorded);
        foreach (IGemmFamily family in EngineCatalog.Gemms)
            foreach (OperatorPlan plan in product.Keys.Select(key => family.PlanFor(key).Plan).OfType<OperatorPlan>().DistinctBy(plan => plan.Text))
                if (product.Lower(plan) is { } program)
                    yield return Candidate(product, family.Name, plan, program, false);
        foreach (OperatorPlan plan in ProductControls.For(product.Output))
            if (product.Lower(plan) is { } program)
                yield return Candidate(product, "control", plan, program, true);
    }

    public IEnumerable<PlanCandidate> Recovered(RecordedOperator recorded, CancellationToken cancellation)
    {
        var product = new RecordedProduct(recorded);
        if (ClassMapRecovery.Find(product, WeightsOf(product), cancellation) is { } map)
            yield return map;
    }

    private static PlanCandidate Candidate(RecordedProduct product, string name, OperatorPlan plan, GemmProgram program, bool isControl) =>
        new(name, plan.Text, output => KernelSelection.Default.Gemm(program, product.A, WeightsOf(product), [], output))
        {
            Identity = program.Text, Order = ProductOrder.Of(program.Text), IsControl = isControl, EngineWords = ProductWords.Of(name),
        };

    private static WeightMatrix WeightsOf(RecordedProduct product) => Weights.GetValue(product.W, WeightMatrix.From);
}
