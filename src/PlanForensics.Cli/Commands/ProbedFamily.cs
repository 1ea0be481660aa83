using PlanForensics.Engines;
using PlanForensics.Probing;

namespace PlanForensics.Cli.Commands;

/// <summary>A library on this machine as a rule: its order at a shape is probed when it is asked for.</summary>
internal sealed class ProbedFamily : IGemmFamily
{
    private readonly CblasLibrary _library;
    private readonly CancellationToken _cancellation;
    private readonly Dictionary<GemmKey, PlanDecision> _probed = [];

    public ProbedFamily(string path, int threads, CancellationToken cancellation)
    {
        _library = CblasLibrary.Load(path, threads);
        _cancellation = cancellation;
        Name = $"probed {Path.GetFileName(path)}{(_library.Core is { } core ? $" ({core})" : "")}";
    }

    public string Name { get; }

    /// <summary>The core whose kernels OpenBLAS runs in this process; null of another library.</summary>
    public string? Core => _library.Core;

    public PlanDecision PlanFor(GemmKey key)
    {
        lock (_probed)
            return _probed.TryGetValue(key, out PlanDecision? known) ? known : _probed[key] = Probe(key);
    }

    private PlanDecision Probe(GemmKey key)
    {
        (int M, int N, int K) shape = (key.M, key.N, key.K);
        ProbeReport report = OrderProbe.Run(BlackBox.Gemm(shape.M, shape.N, shape.K, (a, b, c) => _library.Multiply(shape, termsFirst: false, a, b, c)), cancellationToken: _cancellation);
        return report.Plan is { } plan ? PlanDecision.Of(plan) : PlanDecision.Decline($"the probe ended with \"{Output.Names.InWords(report.Outcome)}\": {report.Reason}");
    }
}
