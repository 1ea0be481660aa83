using System.CommandLine;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Kernels;
using PlanForensics.Plans;
using PlanForensics.Probing;

namespace PlanForensics.Cli.Commands;

/// <summary><c>probe</c>: the order in which a library on this machine multiplies matrices.</summary>
internal static class ProbeCommand
{
    private const int LongestPlan = 400;

    public static Command Create(Session session, CommandEntry entry)
    {
        Argument<string> library = new("LIBRARY") { Description = "path of a shared library that exports cblas_sgemm: OpenBLAS, oneMKL's mkl_rt, BLIS" };
        Option<OperatorShape> shape = ShapeOption.Create();
        shape.Description = "rows, columns and terms of C = A B^T";
        Option<bool> termsFirst = new("--terms-first") { Description = "B is stored (K, N) instead of (N, K)" };
        Option<int?> threads = new("--threads") { Description = "threads that the library may use (default: as it chooses)", HelpName = "COUNT" };
        return new ToolCommand(
            entry,
            "probe /usr/lib/x86_64-linux-gnu/libopenblas.so.0 --shape 8,64,1024",
            "probe libmkl_rt.so --shape 1,256,768 --threads 1 --json")
        {
            library, shape, termsFirst, threads,
        }.Runs(parsed => Run(parsed, parsed.GetRequiredValue(library), parsed.GetValue(shape), parsed.GetValue(termsFirst), parsed.GetValue(threads), session));
    }

    private static ExitCode Run(ParseResult parsed, string path, OperatorShape operation, bool termsFirst, int? threads, Session session)
    {
        if (operation.Rows < 1 || operation.Columns < 1 || operation.Depth < 1)
            throw new UsageException("probe needs a --shape of at least 1,1,1");
        if (threads < 1)
            throw new UsageException("--threads is at least 1");
        (int M, int N, int K) shape = (operation.Rows, operation.Columns, operation.Depth);
        CblasLibrary library = CblasLibrary.Load(path, threads);
        BlackBox box = BlackBox.Gemm(shape.M, shape.N, shape.K, (a, b, c) => library.Multiply(shape, termsFirst, a, b, c)) with { TermsFirst = termsFirst };
        ProbeReport report = OrderProbe.Run(box, cancellationToken: session.Cancellation);
        int elements = shape.M * shape.N;
        int reproduced = report.Plan is null ? 0 : Replay(library, shape, termsFirst, (GemmProgram)report.Plan.Lower(operation));
        if (parsed.WantsJson())
            session.WriteJson(ProbeDocument.Of(path, library.Description, report, reproduced, elements), ToolJson.Documents.ProbeDocument);
        else
            Print(library, report, reproduced, elements, session.Report);
        if (report.Plan is null)
            return ExitCode.CannotRun;
        return reproduced == elements ? ExitCode.Same : ExitCode.Different;
    }

    /// <summary>Elements of one product of random matrices that the recovered plan gives to the bit.</summary>
    private static int Replay(CblasLibrary library, (int M, int N, int K) shape, bool termsFirst, GemmProgram program)
    {
        var random = new Random(1);
        float[] a = Values(random, shape.M * shape.K);
        float[] weights = Values(random, shape.N * shape.K);
        float[] b = new float[weights.Length];
        for (int column = 0; column < shape.N; column++)
            for (int term = 0; term < shape.K; term++)
                b[termsFirst ? (term * shape.N) + column : (column * shape.K) + term] = weights[(column * shape.K) + term];
        float[] expected = new float[shape.M * shape.N];
        float[] replayed = new float[expected.Length];
        library.Multiply(shape, termsFirst, a, b, expected);
        KernelSelection.Default.Gemm(program, a, new WeightMatrix(shape.N, shape.K, weights), [], replayed);
        return replayed.Zip(expected).Count(pair => BitConverter.SingleToInt32Bits(pair.First) == BitConverter.SingleToInt32Bits(pair.Second));
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];

    private static void Print(CblasLibrary library, ProbeReport report, int reproduced, int elements, TextReport text)
    {
        if (library.Description is { } description)
            text.Value("library", description);
        text.Value("outcome", Names.InWords(report.Outcome));
        if (report.Reason.Length > 0)
            text.Prose("because", report.Reason);
        foreach (ProbedClass found in report.Classes)
        {
            text.Value("outputs", $"{Numbers.Of(found.OutputCount)}: {string.Join(" ", found.Regions.Take(8).Select(ProbedClassDocument.Text))}{(found.Regions.Length > 8 ? " ..." : "")}");
            text.Value("  plan", found.Plan is { } plan ? Short(plan.Text) : found.Reason);
            if (found.PlanButForZeroSigns is { } named)
                text.Value("  named", $"{named.Text}\n(differs in the sign of a sum that is exactly zero)");
        }

        text.Value("reproduced", $"{Numbers.Of(reproduced)} of {Numbers.Of(elements)}");
        text.Value("calls", $"{Numbers.Of(report.Calls.Total)} in {report.Elapsed.TotalSeconds:F3} s");
        foreach (string unseen in report.Unseen)
            text.Prose("not seen", unseen);
    }

    private static string Short(string plan) => plan.Length <= LongestPlan ? plan : $"{plan[..LongestPlan]}... ({Numbers.Of(plan.Length)} characters; --json has them all)";
}
