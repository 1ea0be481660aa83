-- Version 4: runs of an engine kept iteration by iteration. What a batch shares is one row an iteration and rank; which requests took part, with how many tokens, are spans.

CREATE TABLE engine_runs (
  run_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  origin TEXT NOT NULL,
  rank_count INTEGER NOT NULL CHECK (rank_count >= 1),
  description TEXT NOT NULL CHECK (json_valid(description))
) STRICT;

CREATE TABLE engine_steps (
  run_id INTEGER NOT NULL REFERENCES engine_runs (run_id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  profile_id INTEGER NOT NULL REFERENCES profiles (profile_id),
  batch_fingerprint TEXT,
  batch_size INTEGER,
  padded_batch INTEGER,
  batch_tokens INTEGER,
  started_at TEXT,
  gpu_time_ms REAL,
  vram_free_mb REAL,
  workspace_free_bytes INTEGER,
  kv_regime TEXT,
  kv_pool_mb REAL,
  kv_pool_used_mb REAL,
  paging_active INTEGER,
  l2_hit_rate REAL,
  fallback_count INTEGER,
  dequantize_count INTEGER,
  requantize_count INTEGER,
  replication_pinned_mb REAL,
  checkpoint_pinned_mb REAL,
  comm_time_ms REAL,
  rank_skew_ms REAL,
  effective_bandwidth_gb_per_s REAL,
  retransmits INTEGER,
  PRIMARY KEY (run_id, ordinal, rank)
) STRICT, WITHOUT ROWID;

-- Step first_step_index + i of the request ran in iteration first_ordinal + i * stride with first_key_length + i * query_length keys, for i from 0 to step_count - 1.
CREATE TABLE step_spans (
  request_key INTEGER NOT NULL REFERENCES requests (request_key) ON DELETE CASCADE,
  first_step_index INTEGER NOT NULL,
  step_count INTEGER NOT NULL CHECK (step_count >= 1),
  run_id INTEGER NOT NULL REFERENCES engine_runs (run_id) ON DELETE CASCADE,
  first_ordinal INTEGER NOT NULL,
  stride INTEGER NOT NULL CHECK (stride >= 1),
  phase TEXT NOT NULL CHECK (phase IN ('prefill', 'decode')),
  query_length INTEGER NOT NULL CHECK (query_length >= 1),
  first_key_length INTEGER NOT NULL,
  admitted_at TEXT,
  queue_time_ms REAL,
  PRIMARY KEY (request_key, first_step_index)
) STRICT, WITHOUT ROWID;

CREATE INDEX step_spans_by_iteration ON step_spans (run_id, first_ordinal);

-- The rows of steps, and those that spans stand for, with the columns of steps.
CREATE VIEW v_step_rows AS
SELECT
  request_key, step_index, rank, profile_id, phase, query_length, key_length, batch_fingerprint, batch_size, padded_batch, batch_tokens,
  admitted_at, started_at, admission_time_ms, queue_time_ms, gpu_time_ms, vram_free_mb, workspace_free_bytes, kv_regime, kv_pool_mb,
  kv_pool_used_mb, paging_active, l2_hit_rate, fallback_count, dequantize_count, requantize_count, replication_pinned_mb,
  checkpoint_pinned_mb, comm_time_ms, rank_skew_ms, effective_bandwidth_gb_per_s, retransmits, chosen_token, chosen_token_hash,
  top1_token, top1_format, top1_bits, top1_value, top2_token, top2_format, top2_bits, top2_value, top_k, logits_tensor_id,
  logits_sha256, logits_format, hidden_state_count, captured_tensor_count, extra
FROM steps
UNION ALL
SELECT
  s.request_key, s.first_step_index + (e.ordinal - s.first_ordinal) / s.stride, e.rank, e.profile_id, s.phase, s.query_length,
  s.first_key_length + (e.ordinal - s.first_ordinal) / s.stride * s.query_length, e.batch_fingerprint, e.batch_size, e.padded_batch, e.batch_tokens,
  iif(e.ordinal = s.first_ordinal, s.admitted_at, NULL), e.started_at, NULL, s.queue_time_ms,
  e.gpu_time_ms, e.vram_free_mb, e.workspace_free_bytes, e.kv_regime, e.kv_pool_mb,
  e.kv_pool_used_mb, e.paging_active, e.l2_hit_rate, e.fallback_count, e.dequantize_count, e.requantize_count, e.replication_pinned_mb,
  e.checkpoint_pinned_mb, e.comm_time_ms, e.rank_skew_ms, e.effective_bandwidth_gb_per_s, e.retransmits, NULL, NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
  NULL, NULL, NULL, NULL, NULL
FROM step_spans s
JOIN engine_steps e ON e.run_id = s.run_id AND e.ordinal BETWEEN s.first_ordinal AND s.first_ordinal + (s.step_count - 1) * s.stride
  AND (e.ordinal - s.first_ordinal) % s.stride = 0;

CREATE VIEW v_engine_runs AS
SELECT
  r.name,
  r.origin,
  r.rank_count,
  (SELECT count(*) FROM engine_steps e WHERE e.run_id = r.run_id AND e.rank = 0) AS iteration_count,
  (SELECT count(DISTINCT s.request_key) FROM step_spans s WHERE s.run_id = r.run_id) AS request_count,
  r.description
FROM engine_runs r;

CREATE VIEW v_engine_steps AS
SELECT
  r.name AS run,
  e.ordinal,
  e.rank,
  e.batch_fingerprint,
  e.batch_size,
  e.padded_batch,
  e.batch_tokens,
  e.started_at,
  e.gpu_time_ms,
  e.vram_free_mb,
  e.workspace_free_bytes,
  e.kv_regime,
  e.kv_pool_mb,
  e.kv_pool_used_mb,
  e.paging_active,
  e.l2_hit_rate,
  e.fallback_count,
  e.dequantize_count,
  e.requantize_count,
  e.replication_pinned_mb,
  e.checkpoint_pinned_mb,
  e.comm_time_ms,
  e.rank_skew_ms,
  e.effective_bandwidth_gb_per_s,
  e.retransmits,
  e.profile_id,
  p.state ->> '$.precision_path' AS precision_path,
  p.state ->> '$.algorithm_id' AS algorithm_id,
  p.state ->> '$.kernel_variant' AS kernel_variant,
  p.state ->> '$.isolation_mode' AS isolation_mode,
  p.state ->> '$.collective.type' AS collective_type,
  p.state ->> '$.plan_fingerprint' AS plan_fingerprint
FROM engine_steps e
JOIN engine_runs r ON r.run_id = e.run_id
JOIN profiles p ON p.profile_id = e.profile_id;

DROP VIEW v_requests;
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
  (SELECT count(*) FROM steps s WHERE s.request_key = r.request_key)
    + coalesce((SELECT sum(s.step_count * e.rank_count) FROM step_spans s JOIN engine_runs e ON e.run_id = s.run_id WHERE s.request_key = r.request_key), 0) AS step_count,
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

-- Two whole arms, so that a filter reaches the indexes of each.
DROP VIEW v_steps;
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
LEFT JOIN tensors t ON t.tensor_id = s.logits_tensor_id
UNION ALL
SELECT
  r.request_id,
  s.first_step_index + (e.ordinal - s.first_ordinal) / s.stride,
  e.rank,
  s.phase,
  s.query_length,
  s.first_key_length + (e.ordinal - s.first_ordinal) / s.stride * s.query_length,
  e.batch_fingerprint,
  e.batch_size,
  e.padded_batch,
  e.batch_tokens,
  iif(e.ordinal = s.first_ordinal, s.admitted_at, NULL),
  e.started_at,
  NULL,
  s.queue_time_ms,
  e.gpu_time_ms,
  e.vram_free_mb,
  e.workspace_free_bytes,
  e.kv_regime,
  e.kv_pool_mb,
  e.kv_pool_used_mb,
  e.paging_active,
  e.l2_hit_rate,
  e.fallback_count,
  e.dequantize_count,
  e.requantize_count,
  e.replication_pinned_mb,
  e.checkpoint_pinned_mb,
  e.comm_time_ms,
  e.rank_skew_ms,
  e.effective_bandwidth_gb_per_s,
  e.retransmits,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  e.profile_id,
  p.state ->> '$.precision_path',
  p.state ->> '$.algorithm_id',
  p.state -> '$.library_config',
  p.state ->> '$.kernel_variant',
  p.state ->> '$.workspace_bytes',
  p.state ->> '$.sm_count',
  p.state ->> '$.isolation_mode',
  p.state ->> '$.collective.type',
  p.state ->> '$.plan_fingerprint'
FROM step_spans s
JOIN engine_steps e ON e.run_id = s.run_id AND e.ordinal BETWEEN s.first_ordinal AND s.first_ordinal + (s.step_count - 1) * s.stride
  AND (e.ordinal - s.first_ordinal) % s.stride = 0
JOIN requests r ON r.request_key = s.request_key
JOIN profiles p ON p.profile_id = e.profile_id;
