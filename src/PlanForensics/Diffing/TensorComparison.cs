using PlanForensics.Contracts;
using PlanForensics.Numerics;

namespace PlanForensics.Diffing;

/// <summary>Two recorded tensors compared by what is at hand: values, or else hashes.</summary>
internal sealed record TensorComparison(EqualityFinding Finding, TensorDiff? Diff)
{
    public static TensorComparison Of(TensorReference a, TensorReference b)
    {
        if (!TensorShapes.AreAlike(a.Shape.AsSpan(), b.Shape.AsSpan()))
            return new(EqualityFinding.Of(false, $"shapes [{string.Join(',', a.Shape)}] and [{string.Join(',', b.Shape)}]"), null);
        if (a.Value is { } left && b.Value is { } right)
            return OfValues(left, right);
        return a.Format != b.Format ? new(FormatsDiffer(a.Format, b.Format), null) : new(EqualityFinding.Of(a.Sha256 == b.Sha256, "sha256"), null);
    }

    /// <summary>Compares tensors of one shape; formats that widen exactly to fp32 are compared there when they differ.</summary>
    public static TensorComparison OfValues(TensorValue a, TensorValue b)
    {
        if (a.Format == b.Format)
        {
            TensorDiff diff = TensorDiff.Between(a, b);
            return new(EqualityFinding.Of(diff.IsBitwiseEqual, "all values"), diff);
        }

        if (!Widens(a.Format) || !Widens(b.Format))
            return new(FormatsDiffer(a.Format, b.Format), null);
        TensorDiff widened = TensorDiff.Between(Widen(a), Widen(b));
        string because = $"all values, {NumericFormats.NameOf(a.Format)} and {NumericFormats.NameOf(b.Format)} both widened to fp32";
        return new(EqualityFinding.Of(widened.IsBitwiseEqual, because), widened);
    }

    public static EqualityFinding FormatsDiffer(NumericFormat a, NumericFormat b) => EqualityFinding.Undecidable(
        $"side A is {NumericFormats.NameOf(a)} and side B {NumericFormats.NameOf(b)}: hashes tell nothing; record one format, or the values");

    private static bool Widens(NumericFormat format) => format is NumericFormat.Fp32 or NumericFormat.Tf32 or NumericFormat.Bf16
        or NumericFormat.Fp16 or NumericFormat.Fp8E4M3 or NumericFormat.Fp8E5M2;

    private static TensorValue Widen(TensorValue value) => TensorValue.FromFp32(value.ToFp32(), value.Shape);
}
