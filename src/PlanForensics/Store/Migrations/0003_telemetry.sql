-- Version 3: records of other tools (planforensics import): kernels, counters, metric samples.

CREATE TABLE imports (
  import_id INTEGER PRIMARY KEY,
  format TEXT NOT NULL,
  source TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  imported_at TEXT NOT NULL,
  remarks TEXT CHECK (remarks IS NULL OR json_valid(remarks)),
  UNIQUE (format, sha256)
) STRICT;

CREATE TABLE kernel_names (
  name_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  base_name TEXT NOT NULL,
  family TEXT NOT NULL,
  operator TEXT,
  description TEXT NOT NULL CHECK (json_valid(description))
) STRICT;

-- Times are nanoseconds since the profile began.
CREATE TABLE kernels (
  import_id INTEGER NOT NULL REFERENCES imports (import_id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name_id INTEGER NOT NULL REFERENCES kernel_names (name_id),
  start_ns INTEGER NOT NULL,
  end_ns INTEGER NOT NULL,
  started_at TEXT,
  process_id INTEGER,
  device INTEGER,
  stream INTEGER,
  correlation_id INTEGER,
  graph_node INTEGER,
  grid TEXT,
  block TEXT,
  launch_call TEXT,
  launch_ns INTEGER,
  request_key INTEGER,
  step_index INTEGER,
  rank INTEGER,
  is_after_range INTEGER NOT NULL,
  PRIMARY KEY (import_id, position),
  FOREIGN KEY (request_key, step_index, rank) REFERENCES steps (request_key, step_index, rank) ON DELETE SET NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX kernels_by_name ON kernels (name_id, import_id, start_ns);
CREATE INDEX kernels_by_step ON kernels (request_key, step_index, rank);

CREATE TABLE counter_launches (
  import_id INTEGER NOT NULL REFERENCES imports (import_id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name_id INTEGER NOT NULL REFERENCES kernel_names (name_id),
  launch_id INTEGER NOT NULL,
  grid TEXT,
  block TEXT,
  device TEXT,
  kernel_import_id INTEGER,
  kernel_position INTEGER,
  PRIMARY KEY (import_id, position),
  FOREIGN KEY (kernel_import_id, kernel_position) REFERENCES kernels (import_id, position) ON DELETE SET NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX counter_launches_by_kernel ON counter_launches (kernel_import_id, kernel_position);

CREATE TABLE counters (
  import_id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  metric TEXT NOT NULL,
  unit TEXT,
  value REAL,
  value_text TEXT,
  meaning TEXT,
  PRIMARY KEY (import_id, position, metric),
  FOREIGN KEY (import_id, position) REFERENCES counter_launches (import_id, position) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE metric_samples (
  import_id INTEGER NOT NULL REFERENCES imports (import_id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  type TEXT,
  labels TEXT NOT NULL CHECK (json_valid(labels)),
  sampled_at TEXT,
  value REAL,
  value_text TEXT,
  meaning TEXT,
  PRIMARY KEY (import_id, position)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_imports AS
SELECT import_id, format, source, sha256, imported_at, remarks FROM imports;

CREATE VIEW v_kernels AS
SELECT
  k.import_id,
  k.position,
  n.name,
  n.family,
  n.operator,
  n.description,
  k.start_ns,
  k.end_ns,
  k.end_ns - k.start_ns AS duration_ns,
  k.started_at,
  k.process_id,
  k.device,
  k.stream,
  k.correlation_id,
  k.graph_node,
  k.grid,
  k.block,
  k.launch_call,
  k.launch_ns,
  r.request_id,
  k.step_index,
  k.rank,
  k.is_after_range
FROM kernels k
JOIN kernel_names n ON n.name_id = k.name_id
LEFT JOIN requests r ON r.request_key = k.request_key;

CREATE VIEW v_kernel_counters AS
SELECT
  l.import_id,
  l.position,
  l.launch_id,
  n.name,
  l.grid,
  l.block,
  l.device,
  c.metric,
  c.unit,
  c.value,
  c.value_text,
  c.meaning,
  l.kernel_import_id,
  l.kernel_position,
  r.request_id,
  k.step_index,
  k.rank
FROM counters c
JOIN counter_launches l ON l.import_id = c.import_id AND l.position = c.position
JOIN kernel_names n ON n.name_id = l.name_id
LEFT JOIN kernels k ON k.import_id = l.kernel_import_id AND k.position = l.kernel_position
LEFT JOIN requests r ON r.request_key = k.request_key;

CREATE VIEW v_metric_samples AS
SELECT import_id, position, name, type, labels, sampled_at, value, value_text, meaning FROM metric_samples;
