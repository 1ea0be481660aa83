using System.Diagnostics;
using PlanForensics.Plans;

namespace PlanForensics.Rules.CublasLt;

/// <summary>How one cuBLASLt kernel adds the terms of each output element.</summary>
/// <param name="AlgoId">ALGO_ID of the kernel's family; it names the kernel and does not decide bits.</param>
public abstract record CublasLtPlan(int AlgoId)
{
    /// <summary>The mode's name, as case files spell it.</summary>
    public abstract string Mode { get; }

    /// <summary>The plan in the vocabulary of matrix products, or null where it does not cover the mode.</summary>
    internal abstract GemmPlan? ToGemm(CublasLtTarget target);

    /// <summary>The chain of a mode that the vocabulary does not cover.</summary>
    internal virtual ReductionChain ToChain(CublasLtTarget target) => throw new UnreachableException($"{Mode} is covered by GemmPlan");

    internal PlanNotSupportedException Refuse(string reason) => new($"cublaslt {this}", reason);
}
