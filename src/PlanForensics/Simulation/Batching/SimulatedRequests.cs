using System.Globalization;
using System.Text.Json;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Engine;
using PlanForensics.Simulation.Traffic;

namespace PlanForensics.Simulation.Batching;

/// <summary>Makes the requests of a simulation, and writes each when it leaves.</summary>
internal sealed class SimulatedRequests(TrafficTrace trace, SimulationOptions options, IEngineRunSink sink, string name)
{
    private readonly ModelIdentity _model = new() { Name = options.Model.Name };

    public long EnteredTokens { get; private set; }

    public long GeneratedTokens { get; private set; }

    public long HitTokens { get; private set; }

    public long LostTokens { get; private set; }

    public SimulatedRequest Create(int index) => new(
        index, trace.Requests[index], (int)(Draws.At(options.Seed, 5, index) % (ulong)options.IsolationClasses), Draws.Mix((ulong)index + 0x9E3779B97F4A7C15))
    {
        WaitsSince = trace.Requests[index].ArrivalTicks,
    };

    public void Leave(SimulatedRequest request, long? at, string? reason)
    {
        EnteredTokens += request.EnteredTokens;
        GeneratedTokens += request.Generated;
        HitTokens += request.HitTokens;
        LostTokens += request.LostTokens;
        sink.Request(
            new ExecutionContract
            {
                SchemaVersion = ExecutionContract.CurrentSchemaVersion,
                RequestId = string.Create(CultureInfo.InvariantCulture, $"{name}-{request.Index:000000}"),
                RecordedAt = trace.StartedAt.AddTicks(request.Arrival.ArrivalTicks),
                CompletedAt = at is { } ticks ? trace.StartedAt.AddTicks(ticks) : null,
                FinishReason = reason,
                Replica = name,
                Model = _model,
                Request = new EffectiveRequest
                {
                    EffectiveTokenCount = request.Arrival.PromptTokens,
                    Decode = new DecodeConfiguration { MaxTokens = request.Arrival.OutputTokens },
                    PrefixCache = options.PrefixCaching
                        ? new PrefixCacheUse { Used = request.FirstHitTokens > 0, HitTokens = request.FirstHitTokens, BlockTokens = options.BlockTokens }
                        : null,
                    Approximation = "simulated: lengths come from a traffic trace, tokens are not known",
                },
                Steps = [],
                UnknownFields = options.IsolationClasses > 1 ? new UnknownFields([new("isolation_class", JsonElement.Parse(request.IsolationClass.ToString(CultureInfo.InvariantCulture)))]) : null,
            },
            request.Spans.Finish());
    }
}
