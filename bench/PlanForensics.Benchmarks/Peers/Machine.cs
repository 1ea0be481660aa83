using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PlanForensics.Kernels.Threading;

namespace PlanForensics.Benchmarks.Peers;

/// <summary>What this machine can do at most: measured, not looked up.</summary>
internal sealed class Machine
{
    private const int Multiplies = 1 << 22;
    private static readonly float[] Big = Fill(new float[128 << 20]);
    private readonly double[] _flops = new double[3];
    private readonly double[] _bandwidth = new double[3];

    public Machine()
    {
        foreach (int threads in (int[])[1, 2])
        {
            _flops[threads] = Best(() => OnThreads(threads, _ => Chains())) is var peak ? threads * 2.0 * Multiplies * 12 * Vector512<float>.Count / peak : 0;
            _bandwidth[threads] = (double)Big.Length * sizeof(float) / Best(() => Read((long)Big.Length * sizeof(float), threads));
        }
    }

    /// <summary>fp32 operations a second in independent fused multiply-adds on the widest registers; a multiply-add counts two.</summary>
    public double PeakFlops(int threads) => _flops[threads];

    /// <summary>Bytes a second of a plain sum over 512 MiB.</summary>
    public double ReadBandwidth(int threads) => _bandwidth[threads];

    public static string Name => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor"
        : RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>Runs an action on so many threads of its own and waits.</summary>
    public static void OnThreads(int threads, Action<int> action)
    {
        Thread[] others = [.. Enumerable.Range(1, threads - 1).Select(index => new Thread(() => action(index)))];
        foreach (Thread other in others)
            other.Start();
        action(0);
        foreach (Thread other in others)
            other.Join();
    }

    /// <summary>A plain sum over so many bytes, again from the start after 512 MiB: what reading costs at the moment.</summary>
    public static void Read(long bytes, int threads)
    {
        for (long left = bytes / sizeof(float); left > 0; left -= Big.Length)
        {
            int count = (int)Math.Min(left, Big.Length);
            Parallelism.For(threads, threads, thread => Keep(Sum(Big.AsSpan((int)((long)count * thread / threads), count / threads))), CancellationToken.None);
        }
    }

    private static double Best(Action action)
    {
        double best = double.MaxValue;
        for (int run = 0; run < 5; run++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    private static float Sum(ReadOnlySpan<float> values)
    {
        ReadOnlySpan<Vector512<float>> vectors = MemoryMarshal.Cast<float, Vector512<float>>(values);
        Vector512<float> a = default, b = default, c = default, d = default;
        for (int index = 0; index + 4 <= vectors.Length; index += 4)
        {
            a += vectors[index];
            b += vectors[index + 1];
            c += vectors[index + 2];
            d += vectors[index + 3];
        }

        return Vector512.Sum(a + b + c + d);
    }

    private static void Chains()
    {
        Vector512<float> x = Vector512.Create(0.999f), y = Vector512.Create(1e-3f);
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int count = 0; count < Multiplies; count++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y);
            h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y);
            k = Vector512.FusedMultiplyAdd(k, x, y);
            l = Vector512.FusedMultiplyAdd(l, x, y);
        }

        Keep(Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l));
    }

    private static float[] Fill(float[] values)
    {
        Array.Fill(values, 1f);
        return values;
    }

    private static void Keep(float value)
    {
        if (float.IsNaN(value))
            throw new InvalidOperationException("a measured value is not a number");
    }
}
