using PlanForensics.Contracts;
using PlanForensics.Engines.Aten;
using PlanForensics.Engines.OneDnn;
using PlanForensics.Plans;

namespace PlanForensics.Rules.PyTorch;

/// <summary>One way a PyTorch process could have run a request: the kernels of a backend, at a batch size.</summary>
public sealed class PyTorchCandidate
{
    private readonly AtenEagerDecoder _decoder;

    internal PyTorchCandidate(AtenEagerDecoder decoder, int batch) => (_decoder, Batch) = (decoder, batch);

    /// <summary>The kernels.</summary>
    public AtenBackend Backend => _decoder.Backend;

    /// <summary>Rows of the batch.</summary>
    public int Batch { get; }

    /// <summary>Name in reports, for example <c>openblas.haswell.sgemm, aten.avx2, batch 2, 1 blas thread</c>.</summary>
    public string Name => $"{ShortName}, {ThreadsOf(Backend)}";

    /// <summary>The name without the library's threads.</summary>
    public string ShortName => FormattableString.Invariant($"{Backend.Name}, batch {Batch}");

    /// <summary>A backend's name in reports, for example <c>openblas.haswell.sgemm, aten.avx2, 2 blas threads</c>.</summary>
    /// <param name="backend">The backend.</param>
    /// <returns>The name.</returns>
    public static string NameOf(AtenBackend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        return backend.Gemm is OneDnn2Bf16 or OneDnn2EmulatedBf16 ? backend.Name : $"{backend.Name}, {ThreadsOf(backend)}";
    }

    /// <summary>The plan of a step.</summary>
    /// <param name="state">The step's state; its shape is read, not its batch size.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="PlanNotSupportedException">A rule declines the shape.</exception>
    public ExecutionPlan PlanFor(StepState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return _decoder.PlanFor(new AtenStep(Batch, state.Shape.QueryLength, state.Shape.KeyLength));
    }

    /// <summary>The plan of a step at the batch size, and for the row of the batch, that its state records.</summary>
    /// <param name="state">The step's state. Where it does not say the batch size, this candidate's own is taken.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="PlanNotSupportedException">A rule declines the shape, or requests of several lengths share the step.</exception>
    public ExecutionPlan PlanAsRecorded(StepState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        int batch = state.BatchSize ?? Batch;
        int rows = state.Shape.QueryLength;
        if (state.BatchTokens is { } tokens && tokens != (long)batch * rows)
            throw new PlanNotSupportedException(Name, FormattableString.Invariant(
                $"step {state.StepIndex} holds {tokens} tokens of {batch} requests, this one {rows} of them: the rules of PyTorch's eager decoder cover requests of one length"));
        return _decoder.PlanFor(new AtenStep(batch, rows, state.Shape.KeyLength, state.FirstRow ?? 0));
    }

    private static string ThreadsOf(AtenBackend backend) => FormattableString.Invariant($"{backend.GemmThreads} blas thread{(backend.GemmThreads == 1 ? "" : "s")}");

    /// <summary>The name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
