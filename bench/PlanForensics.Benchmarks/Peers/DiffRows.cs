using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using PlanForensics.Numerics;

namespace PlanForensics.Benchmarks.Peers;

/// <summary>Ulp distances and their histogram over two arrays of 64 M floats.</summary>
internal static class DiffRows
{
    private const int Count = 64 << 20;

    public static IEnumerable<PeerRow> Run()
    {
        float[] a = Samples.Values(Count, 1);
        float[] b = (float[])a.Clone();
        for (int index = 0; index < b.Length; index += 3)
            b[index] = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(b[index]) ^ (index & 7));
        UlpSummary summary = null!;
        const long Bytes = 2L * Count * sizeof(float);
        double[] times = Interleaved.Medians(1.5, () => summary = UlpDistance.Compare(a, b, NumericFormat.Fp32), () => Machine.Read(Bytes, 1));
        double time = times[0];
        string bits = Check(a, b, summary);
        yield return PeerRow.Speed("ulp diff and histogram, 64 M fp32, of read bandwidth", 1, time, times[1], "a plain sum", 0.8, bits, $"{Bytes / time / 1e9:F1} GB/s");
        if (NumPySeconds(a, b) is { } numpy)
            yield return PeerRow.Speed("ulp diff and histogram, 64 M fp32", 1, time, numpy, "NumPy nulp_diff", 20, bits, "NumPy gives distances without a histogram");
    }

    /// <summary>The same counts by a loop over a part, and the total.</summary>
    private static string Check(float[] a, float[] b, UlpSummary whole)
    {
        const int Part = 1 << 20;
        UlpSummary part = UlpDistance.Compare(a.AsSpan(0, Part), b.AsSpan(0, Part), NumericFormat.Fp32);
        long[] histogram = new long[part.Histogram.Length];
        for (int index = 0; index < Part; index++)
        {
            long distance = UlpDistance.Between(a[index], b[index]);
            histogram[64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)distance)]++;
        }

        if (!histogram.AsSpan().SequenceEqual(part.Histogram) || whole.Histogram.ToArray().Sum() != Count)
            throw new InvalidOperationException("the histogram is not that of a loop over the elements");
        return "histogram of 1 M elements equal to a loop's";
    }

    /// <summary>Best of three of NumPy's own function in a process of its own, arrays mapped from files; null where there is no NumPy.</summary>
    private static double? NumPySeconds(float[] a, float[] b)
    {
        string folder = Directory.CreateTempSubdirectory("planforensics-bench").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "a"), MemoryMarshal.AsBytes(a.AsSpan()));
            File.WriteAllBytes(Path.Combine(folder, "b"), MemoryMarshal.AsBytes(b.AsSpan()));
            const string Script = """
                import sys, time, numpy as np
                try:
                    from numpy.testing._private.utils import nulp_diff
                except ImportError:
                    from numpy.testing.utils import nulp_diff
                a, b = (np.fromfile(sys.argv[1] + "/" + name, np.float32) for name in "ab")
                best = 1e9
                for _ in range(3):
                    start = time.perf_counter()
                    nulp_diff(a, b)
                    best = min(best, time.perf_counter() - start)
                print(best)
                """;
            using Process process = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", Script, folder]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? double.Parse(output, CultureInfo.InvariantCulture) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
