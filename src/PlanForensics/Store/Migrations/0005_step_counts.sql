-- Version 5: the number of a request's rows in steps, kept when it is complete, so that a list need not count them. NULL: count them.

ALTER TABLE requests ADD COLUMN own_step_count INTEGER;

UPDATE requests SET own_step_count = (SELECT count(*) FROM steps s WHERE s.request_key = requests.request_key) WHERE completed_at IS NOT NULL;

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
  coalesce(r.own_step_count, (SELECT count(*) FROM steps s WHERE s.request_key = r.request_key))
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
