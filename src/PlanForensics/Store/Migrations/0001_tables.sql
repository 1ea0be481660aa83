-- Version 1: tables. Times are UTC text (2026-03-01T12:00:00.0000000Z), hashes lower-case hexadecimal, lists and objects JSON text.

CREATE TABLE models (
  model_id INTEGER PRIMARY KEY,
  identity TEXT NOT NULL UNIQUE CHECK (json_valid(identity)),
  name TEXT GENERATED ALWAYS AS (identity ->> '$.name') VIRTUAL,
  weights_sha256 TEXT GENERATED ALWAYS AS (identity ->> '$.weights_sha256') VIRTUAL
) STRICT;

-- x is the whole effective request as contract JSON: one truth; views give its fields as columns.
CREATE TABLE requests (
  request_key INTEGER PRIMARY KEY,
  request_id TEXT NOT NULL UNIQUE,
  schema_version INTEGER NOT NULL,
  recorded_at TEXT NOT NULL,
  completed_at TEXT,
  finish_reason TEXT,
  replica TEXT,
  dropped_steps INTEGER,
  model_id INTEGER NOT NULL REFERENCES models (model_id),
  x TEXT NOT NULL CHECK (json_valid(x)),
  token_hash TEXT,
  extra TEXT CHECK (extra IS NULL OR json_valid(extra))
) STRICT;

CREATE INDEX requests_by_tokens ON requests (token_hash, model_id);
CREATE INDEX requests_by_time ON requests (recorded_at);

-- The slow half of s, as contract JSON of a step state whose fast fields are blank; kept once for all steps that share it.
CREATE TABLE profiles (
  profile_id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (json_valid(state))
) STRICT;

CREATE TABLE blobs (
  sha256 TEXT PRIMARY KEY,
  byte_count INTEGER NOT NULL CHECK (byte_count = length(data)),
  data BLOB NOT NULL
) STRICT;

-- A tensor without a blob was recorded by its hash alone.
CREATE TABLE tensors (
  tensor_id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL,
  format TEXT NOT NULL,
  shape TEXT NOT NULL CHECK (json_valid(shape)),
  UNIQUE (sha256, format, shape)
) STRICT;

CREATE TABLE steps (
  request_key INTEGER NOT NULL REFERENCES requests (request_key) ON DELETE CASCADE,
  step_index INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  profile_id INTEGER NOT NULL REFERENCES profiles (profile_id),
  phase TEXT NOT NULL CHECK (phase IN ('prefill', 'decode')),
  query_length INTEGER NOT NULL,
  key_length INTEGER NOT NULL,
  batch_fingerprint TEXT,
  batch_size INTEGER,
  padded_batch INTEGER,
  batch_tokens INTEGER,
  admitted_at TEXT,
  started_at TEXT,
  admission_time_ms REAL,
  queue_time_ms REAL,
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
  chosen_token INTEGER,
  chosen_token_hash TEXT,
  top1_token INTEGER,
  top1_format TEXT,
  top1_bits INTEGER,
  top1_value REAL,
  top2_token INTEGER,
  top2_format TEXT,
  top2_bits INTEGER,
  top2_value REAL,
  top_k TEXT,
  logits_tensor_id INTEGER REFERENCES tensors (tensor_id),
  logits_sha256 TEXT,
  logits_format TEXT,
  hidden_state_count INTEGER,
  captured_tensor_count INTEGER,
  extra TEXT,
  PRIMARY KEY (request_key, step_index, rank)
) STRICT, WITHOUT ROWID;

CREATE TABLE hidden_states (
  request_key INTEGER NOT NULL,
  step_index INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  position INTEGER NOT NULL,
  layer INTEGER NOT NULL,
  point TEXT,
  format TEXT,
  sha256 TEXT NOT NULL,
  extra TEXT,
  PRIMARY KEY (request_key, step_index, rank, position),
  FOREIGN KEY (request_key, step_index, rank) REFERENCES steps (request_key, step_index, rank) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE captured_tensors (
  request_key INTEGER NOT NULL,
  step_index INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  layer INTEGER,
  tensor_id INTEGER NOT NULL REFERENCES tensors (tensor_id),
  extra TEXT,
  PRIMARY KEY (request_key, step_index, rank, position),
  FOREIGN KEY (request_key, step_index, rank) REFERENCES steps (request_key, step_index, rank) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
