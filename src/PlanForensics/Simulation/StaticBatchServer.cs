using System.Security.Cryptography;
using System.Text;
using PlanForensics.Contracts;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Rules;

namespace PlanForensics.Simulation;

/// <summary>
/// A small server that really runs batches: requests are decoded greedily in groups of a fixed size, and a dispatcher picks each step's plan by its rows. Each prompt is
/// prefilled on its own; rows of finished requests stay in the batch as padding until their group is done, as under a captured CUDA graph.
/// </summary>
public sealed class StaticBatchServer
{
    private readonly IReplayEngine _engine;
    private readonly ReplayModel _model;
    private readonly ShapeBucketDispatcher _dispatcher;
    private readonly ValueMap _environment = KernelEnvironment.Capture();
    private readonly ValueList<string> _cpuFeatures = KernelEnvironment.CaptureCpuFeatures();

    /// <summary>Creates a server.</summary>
    /// <param name="engine">The engine that runs the steps.</param>
    /// <param name="model">The model.</param>
    /// <param name="dispatcher">Picks a step's plan.</param>
    public StaticBatchServer(IReplayEngine engine, ReplayModel model, ShapeBucketDispatcher dispatcher)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(dispatcher);
        (_engine, _model, _dispatcher) = (engine, model, dispatcher);
    }

    /// <summary>Serves requests.</summary>
    /// <param name="requests">The requests, in order of admission.</param>
    /// <param name="batchSize">Requests in a group, at least 1; the last group is padded to it.</param>
    /// <param name="maximumTokens">Tokens generated for each request at most; fewer where an end token comes or the context is full.</param>
    /// <param name="observer">Is told every step.</param>
    /// <param name="progress">Told the number of finished requests.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <exception cref="ArgumentException">A request has no token ids, or too many for the context.</exception>
    public void Serve(
        IReadOnlyList<ServedRequest> requests, int batchSize, int maximumTokens, IServingObserver observer, IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(observer);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumTokens, 1);
        int finished = 0;
        foreach (ServedRequest[] group in requests.Chunk(batchSize))
        {
            List<Row> rows = [.. group.Select(request => Prefill(request, observer, maximumTokens, cancellation))];
            while (rows.Count < batchSize)
                rows.Add(rows[^1].Padding());
            for (int step = 1; rows.Exists(row => row.IsRunning); step++)
                Decode(rows, step, maximumTokens, observer, cancellation);
            progress?.Report(finished += group.Length);
        }
    }

    private Row Prefill(ServedRequest request, IServingObserver observer, int maximumTokens, CancellationToken cancellation)
    {
        int[] prompt = [.. request.Request.EffectiveTokenIds ?? throw new ArgumentException($"request {request.RequestId} has no token ids", nameof(request))];
        if (prompt.Length == 0 || prompt.Length >= _model.Configuration.ContextLength)
            throw new ArgumentException($"request {request.RequestId} has {prompt.Length} tokens; the model takes 1 to {_model.Configuration.ContextLength - 1}", nameof(request));
        observer.Began(request);
        var row = new Row(request.RequestId, new ReplaySequence(_model.Configuration));
        StepState state = State(0, ExecutionPhase.Prefill, prompt.Length, prompt.Length, [row]) with { BatchSize = 1, BatchTokens = prompt.Length };
        ReplayStepResult result = Run(state, [new SequenceTokens(row.Sequence, prompt)], prompt.Length, cancellation);
        Observe(row, state, result, 0, maximumTokens, observer);
        return row;
    }

    private void Decode(List<Row> rows, int step, int maximumTokens, IServingObserver observer, CancellationToken cancellation)
    {
        StepState[] states = [.. rows.Select(row => State(step, ExecutionPhase.Decode, 1, row.Sequence.Position + 1, rows) with
        {
            BatchSize = rows.Count(other => other.IsRunning),
            PaddedBatch = rows.Count,
            BatchTokens = rows.Count,
        })];
        ReplayStepResult result = Run(states[0], [.. rows.Select(row => new SequenceTokens(row.Sequence, new[] { row.NextToken }))], rows.Count, cancellation);
        for (int index = 0; index < rows.Count; index++)
        {
            if (rows[index].IsRunning)
                Observe(rows[index], states[index], result, index, maximumTokens, observer);
            else
                rows[index].Rewind(_model.Configuration);
        }
    }

    private ReplayStepResult Run(StepState state, SequenceTokens[] batch, int rows, CancellationToken cancellation) => _engine.Run(
        _model,
        new ReplayStep { Phase = (ExecutionPhase)(int)state.Phase, Plan = _dispatcher.PlanFor(state), Batch = batch, BatchRows = rows },
        cancellation);

    private void Observe(Row row, StepState state, ReplayStepResult result, int index, int maximumTokens, IServingObserver observer)
    {
        TensorValue logits = TensorValue.FromRounded(result.LogitsFormat, result.Logits[index], result.Logits[index].Length);
        observer.Stepped(row.RequestId, state, StepObservation.FromLogits(logits, result.Tokens[index]));
        row.Take(result.Tokens[index]);
        bool ends = _model.Configuration.EndTokenIds.Contains(result.Tokens[index]);
        if (ends || row.Generated >= maximumTokens || row.Sequence.Position + 1 >= _model.Configuration.ContextLength)
        {
            row.Finish();
            observer.Completed(row.RequestId, ends ? "stop" : "length");
        }
    }

    private StepState State(int step, ExecutionPhase phase, int queryLength, int keyLength, IReadOnlyList<Row> rows) => new()
    {
        StepIndex = step,
        Phase = phase,
        Shape = new StepShape
        {
            QueryLength = queryLength,
            KeyLength = keyLength,
            Heads = _model.Configuration.HeadCount,
            KeyValueHeads = _model.Configuration.KeyValueHeadCount,
            HeadDimension = _model.Configuration.HeadDimension,
            Hidden = _model.Configuration.HiddenSize,
            TensorParallel = 1,
        },
        BatchFingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', rows.Select(row => row.RequestId)))))[..16],
        KernelVariant = _engine.Name,
        CpuFeatures = _cpuFeatures,
        Environment = _environment,
    };

    private sealed class Row(string requestId, ReplaySequence sequence)
    {
        public string RequestId { get; } = requestId;

        public ReplaySequence Sequence { get; private set; } = sequence;

        public int NextToken { get; private set; }

        public int Generated { get; private set; }

        public bool IsRunning { get; private set; } = true;

        public void Take(int token) => (NextToken, Generated) = (token, Generated + 1);

        public void Finish() => IsRunning = false;

        /// <summary>A padding row runs on a sequence of its own; what it computes is thrown away.</summary>
        public Row Padding() => new("padding", Sequence.Clone()) { NextToken = NextToken, IsRunning = false };

        public void Rewind(ModelConfiguration configuration)
        {
            if (Sequence.Position + 1 >= configuration.ContextLength)
                Sequence = new ReplaySequence(configuration);
        }
    }
}
