-- Version 2: views, which are public API (docs/store.md).

CREATE VIEW v_requests AS
SELECT
  r.request_id,
  r.recorded_at,
  r.completed_at,
  r.completed_at IS NOT NULL AS is_complete,
  r.finish_reason,
  r.replica,
  coalesce(r.dropped_steps, 0) AS dropped_steps,
  m.name AS model_name,
  m.weights_sha256,
  (SELECT count(*) FROM steps s WHERE s.request_key = r.request_key) AS step_count,
  coalesce(r.x ->> '$.effective_token_count', json_array_length(r.x, '$.effective_token_ids')) AS effective_token_count,
  r.token_hash AS effective_token_hash,
  r.x ->> '$.raw_prompt' AS raw_prompt,
  r.x ->> '$.raw_prompt_hash' AS raw_prompt_hash,
  r.x ->> '$.effective_prompt' AS effective_prompt,
  r.x ->> '$.effective_prompt_hash' AS effective_prompt_hash,
  r.x ->> '$.system_message_hash' AS system_message_hash,
  r.x ->> '$.truncation.boundary' AS truncation_boundary,
  r.x ->> '$.truncation.reason' AS truncation_reason,
  r.x ->> '$.decode.method' AS decode_method,
  r.x ->> '$.decode.temperature' AS temperature,
  r.x ->> '$.decode.seed' AS seed,
  r.x ->> '$.prefix_cache.used' AS prefix_cache_used,
  r.x ->> '$.prefix_cache.key' AS prefix_cache_key,
  r.x ->> '$.prefix_cache.hit_tokens' AS prefix_cache_hit_tokens,
  r.x ->> '$.routing_template_version' AS routing_template_version,
  json_array_length(r.x, '$.shaping_events') AS shaping_event_count,
  json_array_length(r.x, '$.policy_gates') AS policy_gate_count,
  r.x ->> '$.approximation' AS approximation,
  r.x AS request_json
FROM requests r
JOIN models m ON m.model_id = r.model_id;

CREATE VIEW v_request_tokens AS
SELECT r.request_id, t.key AS position, t.value AS token
FROM requests r, json_each(r.x, '$.effective_token_ids') t;

CREATE VIEW v_profiles AS
SELECT
  p.profile_id,
  p.state ->> '$.shape.heads' AS heads,
  p.state ->> '$.shape.key_value_heads' AS key_value_heads,
  p.state ->> '$.shape.head_dimension' AS head_dimension,
  p.state ->> '$.shape.hidden' AS hidden,
  p.state ->> '$.shape.tensor_parallel' AS tensor_parallel,
  p.state ->> '$.precision_path' AS precision_path,
  p.state ->> '$.algorithm_id' AS algorithm_id,
  p.state -> '$.library_config' AS library_config,
  p.state ->> '$.kernel_variant' AS kernel_variant,
  p.state -> '$.library_versions' AS library_versions,
  p.state ->> '$.workspace_bytes' AS workspace_bytes,
  p.state ->> '$.device' AS device,
  p.state ->> '$.sm_count' AS sm_count,
  p.state ->> '$.thread_count' AS thread_count,
  p.state ->> '$.isolation_mode' AS isolation_mode,
  p.state ->> '$.cross_tenant_batching' AS cross_tenant_batching,
  p.state -> '$.math_flags' AS math_flags,
  p.state -> '$.cpu_features' AS cpu_features,
  p.state -> '$.environment' AS environment,
  p.state ->> '$.collective.type' AS collective_type,
  p.state ->> '$.plan' AS plan,
  p.state ->> '$.plan_fingerprint' AS plan_fingerprint
FROM profiles p;

CREATE VIEW v_steps AS
SELECT
  r.request_id,
  s.step_index,
  s.rank,
  s.phase,
  s.query_length,
  s.key_length,
  s.batch_fingerprint,
  s.batch_size,
  s.padded_batch,
  s.batch_tokens,
  s.admitted_at,
  s.started_at,
  s.admission_time_ms,
  s.queue_time_ms,
  s.gpu_time_ms,
  s.vram_free_mb,
  s.workspace_free_bytes,
  s.kv_regime,
  s.kv_pool_mb,
  s.kv_pool_used_mb,
  s.paging_active,
  s.l2_hit_rate,
  s.fallback_count,
  s.dequantize_count,
  s.requantize_count,
  s.replication_pinned_mb,
  s.checkpoint_pinned_mb,
  s.comm_time_ms,
  s.rank_skew_ms,
  s.effective_bandwidth_gb_per_s,
  s.retransmits,
  s.chosen_token,
  s.chosen_token_hash,
  s.top1_token,
  s.top1_value,
  s.top1_bits,
  s.top2_token,
  s.top2_value,
  s.top2_bits,
  coalesce(s.top1_format, s.logits_format) AS logits_format,
  s.top1_value - s.top2_value AS margin_logit,
  s.top_k,
  coalesce(s.logits_sha256, t.sha256) AS logits_sha256,
  s.profile_id,
  p.state ->> '$.precision_path' AS precision_path,
  p.state ->> '$.algorithm_id' AS algorithm_id,
  p.state -> '$.library_config' AS library_config,
  p.state ->> '$.kernel_variant' AS kernel_variant,
  p.state ->> '$.workspace_bytes' AS workspace_bytes,
  p.state ->> '$.sm_count' AS sm_count,
  p.state ->> '$.isolation_mode' AS isolation_mode,
  p.state ->> '$.collective.type' AS collective_type,
  p.state ->> '$.plan_fingerprint' AS plan_fingerprint
FROM steps s
JOIN requests r ON r.request_key = s.request_key
JOIN profiles p ON p.profile_id = s.profile_id
LEFT JOIN tensors t ON t.tensor_id = s.logits_tensor_id;

CREATE VIEW v_hidden_states AS
SELECT r.request_id, h.step_index, h.rank, h.position, h.layer, h.point, h.format, h.sha256
FROM hidden_states h
JOIN requests r ON r.request_key = h.request_key;

CREATE VIEW v_tensors AS
SELECT t.sha256, t.format, t.shape, b.byte_count, b.sha256 IS NOT NULL AS has_data
FROM tensors t
LEFT JOIN blobs b ON b.sha256 = t.sha256;

CREATE VIEW v_step_tensors AS
SELECT r.request_id, s.step_index, s.rank, 'logits' AS name, NULL AS layer, t.sha256, t.format, t.shape
FROM steps s
JOIN requests r ON r.request_key = s.request_key
JOIN tensors t ON t.tensor_id = s.logits_tensor_id
UNION ALL
SELECT r.request_id, c.step_index, c.rank, c.name, c.layer, t.sha256, t.format, t.shape
FROM captured_tensors c
JOIN requests r ON r.request_key = c.request_key
JOIN tensors t ON t.tensor_id = c.tensor_id;

-- Pairs of requests that saw equal tokens with equal weights and decode configuration, as steps that both recorded.
CREATE VIEW v_step_pairs AS
SELECT
  a.request_id AS request_a,
  b.request_id AS request_b,
  sa.step_index,
  sa.rank,
  sa.chosen_token AS token_a,
  sb.chosen_token AS token_b,
  sa.top1_value - sa.top2_value AS margin_a,
  sb.top1_value - sb.top2_value AS margin_b,
  sa.batch_size AS batch_size_a,
  sb.batch_size AS batch_size_b,
  sa.padded_batch AS padded_batch_a,
  sb.padded_batch AS padded_batch_b,
  sa.profile_id AS profile_a,
  sb.profile_id AS profile_b,
  coalesce(
    sa.chosen_token <> sb.chosen_token,
    CASE WHEN substr(sa.chosen_token_hash, 1, length(sa.chosen_token_hash) - 64) = substr(sb.chosen_token_hash, 1, length(sb.chosen_token_hash) - 64)
      THEN sa.chosen_token_hash <> sb.chosen_token_hash END) AS token_differs,
  coalesce(sa.logits_sha256, ta.sha256) <> coalesce(sb.logits_sha256, tb.sha256) AS logits_differ
FROM requests a
JOIN requests b ON b.token_hash = a.token_hash AND b.model_id = a.model_id AND b.request_key > a.request_key
  AND (b.x -> '$.decode') IS (a.x -> '$.decode')
JOIN steps sa ON sa.request_key = a.request_key
JOIN steps sb ON sb.request_key = b.request_key AND sb.step_index = sa.step_index AND sb.rank = sa.rank
LEFT JOIN tensors ta ON ta.tensor_id = sa.logits_tensor_id
LEFT JOIN tensors tb ON tb.tensor_id = sb.logits_tensor_id;

-- The first step at which such a pair chose different tokens.
CREATE VIEW v_flips AS
SELECT * FROM (
  SELECT *, row_number() OVER (PARTITION BY request_a, request_b ORDER BY step_index, rank) AS ordinal
  FROM v_step_pairs WHERE token_differs
) WHERE ordinal = 1;

-- The first step at which such a pair had different logits, whether or not a token changed.
CREATE VIEW v_divergences AS
SELECT * FROM (
  SELECT *, row_number() OVER (PARTITION BY request_a, request_b ORDER BY step_index, rank) AS ordinal
  FROM v_step_pairs WHERE logits_differ
) WHERE ordinal = 1;
