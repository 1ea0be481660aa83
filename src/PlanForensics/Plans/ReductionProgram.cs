using System.Collections.Immutable;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>
/// How ONE output element is accumulated over its K terms: the exact order of every rounding. It holds for all outputs of the operator region it is
/// lowered for. Two programs with equal <see cref="Text"/> give equal bits on every input.
/// </summary>
/// <remarks>
/// <para>Evaluation order: operands are rounded to <see cref="OperandA"/> and <see cref="OperandB"/> (to nearest even; tf32 by truncation), the <see cref="Root"/> chain runs, then the
/// <see cref="Epilogue"/> in order. Scale and bias read the sum in binary32 (an fp64 sum is rounded
/// to it first); a rounding that comes first reads an fp64 sum as it is. An empty reduction (K = 0) gives +0.0. A computed NaN is
/// stored as the format's canonical quiet NaN.</para>
/// <para>The constructor normalises: chains of equal arithmetic are flattened, single-term sub-chains become steps, progressions are joined, roundings that change nothing are
/// dropped, and of the two operands of an addition the one with more terms comes first, among equals the one with the smaller index (addition is commutative).
/// docs/plan-semantics.md lists the rules and the cases in which equal programs keep different texts. Bitwise: identical on every machine.</para>
/// </remarks>
public sealed class ReductionProgram : IEquatable<ReductionProgram>
{
    /// <summary>Creates and normalises a program.</summary>
    /// <param name="depth">K, the number of terms.</param>
    /// <param name="root">The chain that produces the sum; null only when K is 0.</param>
    /// <param name="operandA">Format of the first operand as the arithmetic reads it.</param>
    /// <param name="operandB">Format of the second operand as the arithmetic reads it.</param>
    /// <param name="epilogue">Operations on the finished sum, in order.</param>
    /// <exception cref="ArgumentException">The chain does not take every term 0..K-1 exactly once, a step does not run in its accumulator, or a format cannot be an operand or a result.</exception>
    /// <exception cref="ArgumentOutOfRangeException">K is negative or above 2^24.</exception>
    public ReductionProgram(int depth, ReductionChain? root, NumericFormat operandA, NumericFormat operandB, ImmutableArray<EpilogueStep> epilogue = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, ReductionLimits.LargestIndex);
        ReductionValidation.CheckOperand(operandA, nameof(operandA));
        ReductionValidation.CheckOperand(operandB, nameof(operandB));
        ReductionValidation.Check(depth, root, nameof(root));
        Depth = depth;
        OperandA = operandA;
        OperandB = operandB;
        Epilogue = EpilogueNormalization.Normalize(epilogue.IsDefault ? [] : epilogue);
        Root = root is null ? null : EpilogueNormalization.Enter(ReductionNormalization.Normalize(root, new ReductionArithmetic(operandA, operandB)), Epilogue);
        Text = ReductionText.Print(this);
    }

    /// <summary>K, the number of terms.</summary>
    public int Depth { get; }

    /// <summary>The chain that produces the sum, normalised; null when K is 0.</summary>
    public ReductionChain? Root { get; }

    /// <summary>Format of the first operand (activations) as the arithmetic reads it.</summary>
    public NumericFormat OperandA { get; }

    /// <summary>Format of the second operand (weights) as the arithmetic reads it.</summary>
    public NumericFormat OperandB { get; }

    /// <summary>Operations on the finished sum, in order.</summary>
    public ImmutableArray<EpilogueStep> Epilogue { get; }

    /// <summary>The canonical text, which <see cref="Parse"/> reads. Equal text is equal bits.</summary>
    public string Text { get; }

    /// <summary>Reads a program's text.</summary>
    /// <param name="text">A text as <see cref="Text"/> gives it; repeated groups may be written out or not.</param>
    /// <returns>The program, normalised.</returns>
    /// <exception cref="PlanFormatException">The text cannot be read, or terms are missing or taken twice.</exception>
    public static ReductionProgram Parse(string text) => ReductionText.Parse(text);

    /// <summary>Format of the output element: the last epilogue step's, else the root's stored or accumulator format.</summary>
    public NumericFormat Output => Epilogue.Length > 0 ? Epilogue[^1].Format : Root?.StoredAs ?? Root?.Accumulator ?? NumericFormat.Fp32;

    /// <inheritdoc/>
    public bool Equals(ReductionProgram? other) => other is not null && other.Text == Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ReductionProgram);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The canonical text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}
