using System.Diagnostics;
using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Store;

/// <summary>Makes the spans of requests and steps. Texts of prompts and completions are never among their attributes.</summary>
internal static class RecorderSpans
{
    public static Activity? Begin(ExecutionContract header)
    {
        if (!RecorderTelemetry.Source.HasListeners())
            return null;
        Activity? around = Activity.Current;
        Activity? span = RecorderTelemetry.Source.StartActivity($"text_completion {header.Model.Name}", ActivityKind.Internal, parentContext: default, startTime: header.RecordedAt);
        // The span belongs to the request, not to what the thread does next.
        Activity.Current = around;
        if (span is not { IsAllDataRequested: true })
            return span;
        DecodeConfiguration? decode = header.Request.Decode;
        span.SetTag("gen_ai.operation.name", "text_completion");
        span.SetTag("gen_ai.request.model", header.Model.Name);
        span.SetTag("gen_ai.response.id", header.RequestId);
        span.SetTag("gen_ai.request.temperature", decode?.Temperature);
        span.SetTag("gen_ai.request.top_p", decode?.TopP);
        span.SetTag("gen_ai.request.top_k", decode?.TopK);
        span.SetTag("gen_ai.request.seed", decode?.Seed);
        span.SetTag("gen_ai.request.max_tokens", decode?.MaxTokens);
        span.SetTag("gen_ai.request.frequency_penalty", decode?.FrequencyPenalty);
        span.SetTag("gen_ai.request.presence_penalty", decode?.PresencePenalty);
        span.SetTag("gen_ai.usage.input_tokens", header.Request.TokenCount);
        span.SetTag("planforensics.request.token_hash", header.Request.TokenHash?.ToString());
        span.SetTag("planforensics.weights.sha256", header.Model.WeightsSha256);
        span.SetTag("planforensics.replica", header.Replica);
        return span;
    }

    public static void Step(Activity request, ContractStep step, string? regime, DateTimeOffset now)
    {
        (StepState state, StepObservation observed) = (step.State, step.Observation);
        Activity? around = Activity.Current;
        TimeSpan length = TimeSpan.FromMilliseconds(state.GpuTimeMs ?? 0);
        DateTimeOffset started = state.StartedAt ?? now - length;
        Activity? span = RecorderTelemetry.Source.StartActivity("planforensics.step", ActivityKind.Internal, request.Context, startTime: started);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("planforensics.step.index", state.StepIndex);
            span.SetTag("planforensics.step.rank", state.Rank);
            span.SetTag("planforensics.step.phase", NameOf(state.Phase));
            span.SetTag("planforensics.step.regime", regime);
            span.SetTag("planforensics.step.query_length", state.Shape.QueryLength);
            span.SetTag("planforensics.step.key_length", state.Shape.KeyLength);
            span.SetTag("planforensics.step.tensor_parallel", state.Shape.TensorParallel);
            span.SetTag("planforensics.step.batch_fingerprint", state.BatchFingerprint);
            span.SetTag("planforensics.step.batch_size", state.BatchSize);
            span.SetTag("planforensics.step.padded_batch", state.PaddedBatch);
            span.SetTag("planforensics.step.batch_tokens", state.BatchTokens);
            span.SetTag("planforensics.step.queue_time_ms", state.QueueTimeMs);
            span.SetTag("planforensics.step.gpu_time_ms", state.GpuTimeMs);
            span.SetTag("planforensics.step.comm_time_ms", state.Collective?.CommTimeMs);
            span.SetTag("planforensics.step.vram_free_mb", state.VramFreeMb);
            span.SetTag("planforensics.step.workspace_free_bytes", state.WorkspaceFreeBytes);
            span.SetTag("planforensics.step.kv_regime", state.KvRegime);
            span.SetTag("planforensics.step.l2_hit_rate", state.L2HitRate);
            span.SetTag("planforensics.step.fallback_count", state.FallbackCount);
            span.SetTag("planforensics.step.precision_path", state.PrecisionPath);
            span.SetTag("planforensics.step.algorithm_id", state.AlgorithmId);
            span.SetTag("planforensics.step.kernel_variant", state.KernelVariant);
            span.SetTag("planforensics.step.workspace_bytes", state.WorkspaceBytes);
            span.SetTag("planforensics.step.isolation_mode", state.IsolationMode);
            span.SetTag("planforensics.step.plan_fingerprint", state.PlanFingerprint);
            span.SetTag("planforensics.step.margin", observed is { Top1: { } top1, Top2: { } top2 } ? (double)top1.Value - top2.Value : null);
            span.SetTag("planforensics.step.logits_sha256", observed.LogitsHash);
        }

        span?.SetEndTime((started + length).UtcDateTime);
        span?.Stop();
        Activity.Current = around;
    }

    public static void End(Activity request, DateTimeOffset at, string? finishReason, long outputTokens, long droppedSteps)
    {
        Activity? around = Activity.Current;
        request.SetTag("gen_ai.usage.output_tokens", outputTokens);
        if (finishReason is not null)
            request.SetTag("gen_ai.response.finish_reasons", new[] { finishReason });
        request.SetTag("planforensics.dropped_steps", droppedSteps);
        request.SetEndTime(at.UtcDateTime);
        request.Stop();
        Activity.Current = around;
    }

    public static string NameOf(ExecutionPhase phase) => phase == ExecutionPhase.Prefill ? "prefill" : "decode";
}
