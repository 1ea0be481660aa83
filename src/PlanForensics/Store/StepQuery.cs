namespace PlanForensics.Store;

/// <summary>A query for steps: what <see cref="StepDecoder"/> takes, in its order.</summary>
/// <param name="Name">Name of the query, ASCII.</param>
/// <param name="Columns">The columns.</param>
/// <param name="Source">The rest of the query, from FROM.</param>
internal sealed record StepQuery(string Name, string Columns, string Source)
{
    /// <summary>The columns by name, for messages.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "request_key", "step_index", "rank", "profile_id", "phase", "query_length", "key_length", "batch_fingerprint", "batch_size", "padded_batch", "batch_tokens", "started_at",
        "admission_time_ms", "queue_time_ms", "gpu_time_ms", "vram_free_mb", "workspace_free_bytes", "kv_regime", "kv_pool_mb", "kv_pool_used_mb", "paging_active", "l2_hit_rate",
        "fallback_count", "dequantize_count", "requantize_count", "replication_pinned_mb", "checkpoint_pinned_mb", "comm_time_ms", "rank_skew_ms", "effective_bandwidth_gb_per_s",
        "retransmits", "extra", "chosen_token", "chosen_token_hash", "logits_tensor_id", "logits_sha256",
    ];

    /// <summary>Steps that requests recorded themselves.</summary>
    public static StepQuery Single { get; } = new("planforensics_step", string.Join(", ", Names), "FROM steps ORDER BY request_key, step_index, rank");

    /// <summary>Steps of engine runs, which requests took part in. In the order of both primary keys, so that nothing is sorted.</summary>
    public static StepQuery Spanned { get; } = new(
        "planforensics_span",
        """
        s.request_key, s.first_step_index + (e.ordinal - s.first_ordinal) / s.stride, e.rank, e.profile_id, s.phase, s.query_length,
          s.first_key_length + (e.ordinal - s.first_ordinal) / s.stride * s.query_length, e.batch_fingerprint, e.batch_size, e.padded_batch, e.batch_tokens, e.started_at,
          NULL, s.queue_time_ms, e.gpu_time_ms, e.vram_free_mb, e.workspace_free_bytes, e.kv_regime, e.kv_pool_mb, e.kv_pool_used_mb, e.paging_active, e.l2_hit_rate,
          e.fallback_count, e.dequantize_count, e.requantize_count, e.replication_pinned_mb, e.checkpoint_pinned_mb, e.comm_time_ms, e.rank_skew_ms, e.effective_bandwidth_gb_per_s,
          e.retransmits, NULL, NULL, NULL, NULL, NULL
        """,
        """
        FROM step_spans s CROSS JOIN engine_steps e ON e.run_id = s.run_id AND e.ordinal BETWEEN s.first_ordinal AND s.first_ordinal + (s.step_count - 1) * s.stride
          AND (e.ordinal - s.first_ordinal) % s.stride = 0
        ORDER BY s.request_key, s.first_step_index, e.ordinal, e.rank
        """);
}
