using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using PlanForensics.Numerics;

namespace PlanForensics.Identification;

/// <summary>The weights of a matrix product as (N, K), whatever way round the file holds them.</summary>
/// <param name="Tensor">fp32 (N, K), or int8 (N, bytes of a row) for quantised blocks.</param>
/// <param name="Layout"><c>n_k</c> or <c>k_n</c>, as they lay in memory.</param>
/// <param name="Type"><c>q8_0</c> or <c>q4_0</c>; null for fp32.</param>
internal sealed partial record ProductWeights(TensorValue Tensor, string Layout, string? Type)
{
    private const string OutputsFirst = "n_k";
    private const string DepthFirst = "k_n";
    private const int BlockLength = 32;

    public static ProductWeights Read(RecordedFiles files, string reference, TensorValue a, int n, TensorValue output, string subject)
    {
        TensorValue raw = files.Read(FileReference.Parse(reference, _ => null, subject), subject);
        int k = a.Shape[1];
        if (raw.Format == NumericFormat.Fp32 && raw.ElementCount == (long)n * k)
        {
            string layout = LayoutOf(files, reference, raw, a, n, output, subject);
            return new ProductWeights(layout == OutputsFirst ? Reshape(raw, n, k) : files.Derived($"{reference} as {n} x {k}", () => Transpose(raw, n, k)), layout, null);
        }

        long bytes = raw.Bytes.Length;
        string? type = k % BlockLength != 0 ? null
            : bytes == (long)n * (k / BlockLength) * 34 ? "q8_0"
            : bytes == (long)n * (k / BlockLength) * 18 ? "q4_0" : null;
        return type is null
            ? throw new ManifestFormatException(subject, $"{reference} has {bytes} bytes; N x K = {n} x {k} takes {4L * n * k} (fp32), or blocks of {BlockLength} in 34 (q8_0) or 18 (q4_0) bytes")
            : new ProductWeights(files.Derived($"{reference} as {type}", () => TensorValue.FromBytes(NumericFormat.Int8, raw.Bytes, n, (int)(bytes / n))), OutputsFirst, type);
    }

    private static string LayoutOf(RecordedFiles files, string reference, TensorValue raw, TensorValue a, int n, TensorValue output, string subject)
    {
        int k = a.Shape[1];
        if (raw.Shape.Length == 2 && n != k)
            return raw.Shape[0] == n && raw.Shape[1] == k ? OutputsFirst
                : raw.Shape[0] == k && raw.Shape[1] == n ? DepthFirst
                : throw new ManifestFormatException(subject, $"{reference} is {raw.Shape[0]} x {raw.Shape[1]}; expected N x K = {n} x {k} or K x N");
        Match declared = LayoutPattern().Match(files.Layout);
        if (declared.Success)
            return declared.Groups[1].Value == "N" ? OutputsFirst : DepthFirst;
        return WeightLayout.OutputsFirst(a, raw, n, output) switch
        {
            true => OutputsFirst,
            false => DepthFirst,
            _ => throw new ManifestFormatException(subject, $"whether {reference} is N x K or K x N is not declared, and neither way round gives the output; say \"layout\": \"W is N x K\" or \"W is K x N\""),
        };
    }

    private static TensorValue Reshape(TensorValue raw, int n, int k) =>
        raw.Shape.Length == 2 && raw.Shape[0] == n && raw.Shape[1] == k ? raw : TensorValue.FromBytes(NumericFormat.Fp32, raw.Bytes, n, k);

    private static TensorValue Transpose(TensorValue raw, int n, int k)
    {
        ReadOnlySpan<float> source = MemoryMarshal.Cast<byte, float>(raw.Bytes.Span);
        float[] values = new float[(long)n * k];
        for (int term = 0; term < k; term++)
            for (int column = 0; column < n; column++)
                values[((long)column * k) + term] = source[(term * n) + column];
        return TensorValue.FromFp32(values, n, k);
    }

    [GeneratedRegex(@"\bW is ([NK]) x [NK]\b")]
    private static partial Regex LayoutPattern();
}
