// A kernel that nobody documented, asked for its order:   dotnet run samples/05-probe-a-kernel.cs [LIBRARY]
//
// The probe gets a delegate and looks at outputs only. It says which terms meet where, in which part of the output, whether products are fused and what each partial sum is held in; the
// program that comes out replays the kernel bit for bit. LIBRARY is a shared library with cblas_sgemm (OpenBLAS, oneMKL, BLIS); without it a kernel of our own plays the stranger.
#:project ../src/PlanForensics/PlanForensics.csproj
#:property PublishAot=false
#:property AllowUnsafeBlocks=true

using System.Runtime.InteropServices;
using PlanForensics.Kernels;
using PlanForensics.Plans;
using PlanForensics.Probing;

const int Rows = 6, Columns = 32, Depth = 96;

Kernel kernel = Stranger;
string name = "a kernel of our own, as if it were not";
if (args.Length > 0)
{
    if (!NativeLibrary.TryLoad(args[0], out nint library) || !NativeLibrary.TryGetExport(library, "cblas_sgemm", out nint sgemm))
    {
        Console.Error.WriteLine($"{args[0]} cannot be loaded, or exports no cblas_sgemm. Debian's OpenBLAS is /usr/lib/x86_64-linux-gnu/libopenblas.so.0 (package libopenblas0-pthread).");
        return 3;
    }

    (kernel, name) = ((a, b, c) => Foreign(sgemm, a, b, c), args[0]);
}

// 1. Ask.
ProbeReport report = OrderProbe.Run(BlackBox.Gemm(Rows, Columns, Depth, kernel.Invoke));
Console.WriteLine($"C ({Rows} x {Columns}) = A ({Rows} x {Depth}) B ({Columns} x {Depth})^T, {name}");
Console.WriteLine($"outcome   {report.Outcome}{(report.Reason.Length > 0 ? ": " + report.Reason : "")}, {report.Calls.Total} calls");
if (report.Plan is not { } plan)
    return 1;
foreach (ProbedClass found in report.Classes)
{
    Console.WriteLine($"outputs   {found.OutputCount}");
    Console.WriteLine($"  plan    {found.PlanButForZeroSigns?.Text ?? found.Plan?.Text}");
    Console.WriteLine($"  program {found.Program?.Text}");
}

// 2. Replay what was found on numbers that the probe never saw, beside two orders that were not found.
Console.WriteLine();
int all = Rows * Columns;
int reproduced = Reproduced(plan);
Console.WriteLine($"replayed  {reproduced} of {all} outputs of random matrices to the bit");
foreach (string other in new[] { "gemm", "gemm split_k=2" })
    Console.WriteLine($"control   {Reproduced(OperatorPlan.Parse(other))} of {all} under \"{other}\"");
return reproduced == all ? 0 : 1;

int Reproduced(OperatorPlan candidate)
{
    float[] a = Values(1, Rows * Depth), b = Values(2, Columns * Depth), expected = new float[all], replayed = new float[all];
    kernel(a, b, expected);
    KernelSelection.Default.Gemm((GemmProgram)candidate.Lower(new OperatorShape(Rows, Columns, Depth)), a, new WeightMatrix(Columns, Depth, b), [], replayed);
    return expected.Zip(replayed).Count(pair => BitConverter.SingleToInt32Bits(pair.First) == BitConverter.SingleToInt32Bits(pair.Second));
}

// Rows in fours on two accumulators, even and odd terms, with fma; the rows left over in blocks of 32 terms, each product rounded before it is added.
static void Stranger(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c)
{
    for (int row = 0; row < Rows; row++)
    {
        for (int column = 0; column < Columns; column++)
        {
            ReadOnlySpan<float> x = a.Slice(row * Depth, Depth), y = b.Slice(column * Depth, Depth);
            c[(row * Columns) + column] = row < Rows / 4 * 4 ? EvenOdd(x, y) : Blocks(x, y);
        }
    }
}

static float EvenOdd(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
{
    float even = 0, odd = 0;
    for (int term = 0; term < x.Length; term += 2)
        (even, odd) = (MathF.FusedMultiplyAdd(x[term], y[term], even), MathF.FusedMultiplyAdd(x[term + 1], y[term + 1], odd));
    return even + odd;
}

static float Blocks(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
{
    float total = 0;
    for (int start = 0; start < x.Length; start += 32)
    {
        float block = 0;
        for (int term = start; term < start + 32; term++)
            block += x[term] * y[term];
        total += block;
    }

    return total;
}

static unsafe void Foreign(nint sgemm, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c)
{
    const int rowMajor = 101, plain = 111, transposed = 112;
    fixed (float* left = a, right = b, output = c)
        ((delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)sgemm)(
            rowMajor, plain, transposed, Rows, Columns, Depth, 1, left, Depth, right, Depth, 0, output, Columns);
}

static float[] Values(int seed, int count)
{
    var random = new Random(seed);
    return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
}

/// <summary>A matrix product: A (rows, depth), B (columns, depth), C (rows, columns).</summary>
internal delegate void Kernel(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c);
