using PlanForensics.Diffing;
using PlanForensics.Numerics;

namespace PlanForensics.FluentAssertions;

/// <summary>Compares two tensors by bits or by ulps and words the difference.</summary>
internal static class TensorFinding
{
    /// <summary>Null when every bit is equal.</summary>
    public static string? Bits(TensorValue actual, TensorValue expected, string name)
    {
        string expectation = Expectation(actual, name, "have the bits of {0}");
        if (TensorDiff.WhyNotComparable(expected, actual) is { } reason)
            return new Finding(expectation, reason).Message;
        if (actual.Bytes.Span.SequenceEqual(expected.Bytes.Span))
            return null;
        TensorDiff diff = TensorDiff.Between(expected, actual);
        ElementDifference first = diff.FirstBitDifference!;
        Finding finding = new(expectation, Differ(actual, diff.BitsDifferentCount, " differ", " differs"));
        finding.Line("first", Pair(actual, expected, first.Index, first.Ulps));
        if (diff.LargestUlpDifference is { } largest && largest.Index != first.Index)
            finding.Line("largest", Pair(actual, expected, largest.Index, largest.Ulps));
        if (first.Ulps == 0)
            finding.Line("note", double.IsNaN(first.ValueA) ? "both are NaN: sign or payload differ" : "only the sign of a zero differs");
        finding.Line("all", diff.ElementCount > 1 ? Spread(diff) : null);
        return finding.Line("reproduce", Evidence.Diff(expected, actual, "")).Message;
    }

    /// <summary>Null when no element is further away than that.</summary>
    public static string? Ulps(TensorValue actual, TensorValue expected, long ulps, NaNPolicy nans, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ulps);
        ArgumentOutOfRangeException.ThrowIfEqual(ulps, UlpDistance.Incomparable);
        string expectation = Expectation(actual, name, $"be within {ElementText.Ulps(ulps, actual.Format)} of {{0}}");
        if (TensorDiff.WhyNotComparable(expected, actual) is { } reason)
            return new Finding(expectation, reason).Message;
        long[] distances = ElementDistances.Of(expected, actual, nans);
        int first = Array.FindIndex(distances, distance => distance > ulps);
        if (first < 0)
            return null;
        int largest = Array.IndexOf(distances, distances.Max());
        Finding finding = new(expectation, Differ(actual, distances.LongCount(distance => distance > ulps), " are further away", " is further away"));
        finding.Line("first", Pair(actual, expected, first, distances[first]));
        if (largest != first)
            finding.Line("largest", Pair(actual, expected, largest, distances[largest]));
        finding.Line("all", distances.Length > 1 ? Spread(TensorDiff.Between(expected, actual, nans)) : null);
        string policy = nans switch
        {
            NaNPolicy.PayloadEqual => " --nans payload",
            NaNPolicy.Unequal => " --nans never",
            _ => "",
        };
        return finding.Line("reproduce", Evidence.Diff(expected, actual, $" --max-ulps {ElementText.Number(ulps)}{policy}")).Message;
    }

    /// <summary>One element on both sides.</summary>
    public static string Pair(TensorValue actual, TensorValue expected, long index, long ulps, string expectedWord = "expected", string actualWord = "found") =>
        $"{ElementText.Place(actual, index)}{ElementText.Of(expected, index)} {expectedWord}, {ElementText.Of(actual, index)} {actualWord}, {ElementText.Ulps(ulps, actual.Format)}";

    public static string Spread(TensorDiff diff)
    {
        string text = $"{ElementText.Number(diff.BitsDifferentCount)} of {ElementText.Count(diff.ElementCount, "element")} in other bits, at most {ElementText.Ulps(diff.MaxUlps, diff.Format)}";
        return diff.IncomparableCount == 0 ? text : $"{text}, {ElementText.Number(diff.IncomparableCount)} incomparable (NaN)";
    }

    private static string Expectation(TensorValue actual, string name, string what) =>
        $"Expected {{context:{name}}} to {string.Format(System.Globalization.CultureInfo.InvariantCulture, what, actual.ElementCount == 1 && actual.Shape.Length == 0 ? "the expected value" : "the expected values")}";

    private static string Differ(TensorValue actual, long count, string plural, string singular) => actual.Shape.Length == 0
        ? singular == " differs" ? "it differs" : "it is further away"
        : $"{ElementText.Number(count)} of {ElementText.Count(actual.ElementCount, "element")}{(count == 1 ? singular : plural)}";
}
