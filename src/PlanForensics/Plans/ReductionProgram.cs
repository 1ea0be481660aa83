using System.Collections.Immutable;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>
/// How ONE output element is accumulated over its K terms: the exact order of every rounding. It holds for all outputs of the operator region it is
/// lowered for. Two programs with equal <see cref="Text"/> give equal bits on every input.
/// </summary>
/// <remarks>
/// Evaluation order: operands are rounded to <see cref="OperandA"/> and <see cref="OperandB"/> (to nearest even; tf32 by truncation), the <see cref="Root"/> chain runs, then the
/// <see cref="Epilogue"/> in order. An empty reduction (K = 0) gives +0.0. A computed NaN is stored as the format's canonical quiet NaN.
/// The constructor normalises: chains of equal arithmetic are flattened, single-term sub-chains become steps, progressions are joined, and the two operands of an
/// addition are ordered by their smallest index (addition is commutative). Bitwise: identical on every machine.
/// </remarks>
public sealed class ReductionProgram : IEquatable<ReductionProgram>
{
    /// <summary>Creates and normalises a program.</summary>
    /// <param name="depth">K, the number of terms.</param>
    /// <param name="root">The chain that produces the sum; null only when K is 0.</param>
    /// <param name="operandA">Format of the first operand as the arithmetic reads it.</param>
    /// <param name="operandB">Format of the second operand as the arithmetic reads it.</param>
    /// <param name="epilogue">Operations on the finished sum, in order.</param>
    /// <exception cref="ArgumentException">The chain does not take every term 0..K-1 exactly once, or mixes integer and floating-point accumulation.</exception>
    public ReductionProgram(int depth, ReductionChain? root, NumericFormat operandA, NumericFormat operandB, ImmutableArray<EpilogueStep> epilogue = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        ReductionValidation.Check(depth, root, nameof(root));
        Depth = depth;
        Root = root is null ? null : ReductionNormalization.Normalize(root);
        OperandA = operandA;
        OperandB = operandB;
        Epilogue = epilogue.IsDefault ? [] : epilogue;
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
