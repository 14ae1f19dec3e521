-- Every resource of every kind is one row; its body is the Describe answer, in AWS's own names.
CREATE TABLE IF NOT EXISTS records (
  kind     TEXT NOT NULL,          -- 'training-job', 'pipeline', …: the resource word of its ARN
  name     TEXT NOT NULL COLLATE NOCASE,
  arn      TEXT NOT NULL,
  status   TEXT NOT NULL,
  parent   TEXT NOT NULL,          -- ARN of what made it: a tuning job, an execution; or ''
  created  REAL NOT NULL,          -- seconds since 1970
  modified REAL NOT NULL,
  score    REAL,                   -- what List may sort by besides: the objective of a trial
  body     TEXT NOT NULL,          -- JSON
  PRIMARY KEY (kind, name)
) STRICT;
CREATE INDEX IF NOT EXISTS records_by_arn ON records (arn);
CREATE INDEX IF NOT EXISTS records_by_parent ON records (parent, kind);
CREATE INDEX IF NOT EXISTS records_by_status ON records (kind, status);
