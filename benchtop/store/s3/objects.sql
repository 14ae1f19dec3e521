-- What S3 knows of each object; the bytes are ordinary files.
CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, created REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS objects (
  bucket   TEXT NOT NULL,
  key      TEXT NOT NULL,          -- compared byte by byte in UTF-8, which is S3's order
  path     TEXT NOT NULL,          -- where the bytes live, below the folder
  arriving TEXT NOT NULL,          -- where they still lie while they move in; '' afterwards
  version  TEXT NOT NULL,          -- another one for each put: tells a reader that it met a newer object
  size     INTEGER NOT NULL,
  etag     TEXT NOT NULL,
  modified REAL NOT NULL,          -- seconds since 1970
  headers  TEXT NOT NULL,          -- JSON: ContentType, Metadata … in AWS's member names
  parts    TEXT NOT NULL,          -- JSON: the sizes of the parts it was uploaded in
  tags     TEXT NOT NULL,          -- JSON
  PRIMARY KEY (bucket, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS objects_arriving ON objects (arriving) WHERE arriving != '';
-- Files that nobody owns any more: deleted after the row that says so is on disk.
CREATE TABLE IF NOT EXISTS leaving (path TEXT PRIMARY KEY) STRICT;
-- Multipart uploads that are neither completed nor aborted.
CREATE TABLE IF NOT EXISTS uploads (
  id      TEXT PRIMARY KEY,
  bucket  TEXT NOT NULL,
  key     TEXT NOT NULL,
  started REAL NOT NULL,
  headers TEXT NOT NULL,
  tags    TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS uploads_by_key ON uploads (bucket, key, id);
CREATE TABLE IF NOT EXISTS parts (
  upload   TEXT NOT NULL,
  number   INTEGER NOT NULL,
  path     TEXT NOT NULL,
  size     INTEGER NOT NULL,
  etag     TEXT NOT NULL,
  modified REAL NOT NULL,
  headers  TEXT NOT NULL,          -- JSON: the part's checksum
  PRIMARY KEY (upload, number)
) STRICT;
