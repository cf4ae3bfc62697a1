-- What a visit brought, in finer words, and how its source behaves.
ALTER TABLE crawls ADD COLUMN cause TEXT;
ALTER TABLE sources ADD COLUMN last_cause TEXT;
ALTER TABLE sources ADD COLUMN quiet_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN is_incomplete INTEGER NOT NULL DEFAULT 0;

-- 原帖已删 — when the page of a post was found gone, and when its words were cleared.
ALTER TABLE posts ADD COLUMN deleted_at INTEGER;
ALTER TABLE posts ADD COLUMN cleared_at INTEGER;
CREATE INDEX posts_deleted ON posts (deleted_at) WHERE deleted_at IS NOT NULL;

-- 网页快照 — answers as they came, while it is open whether a post on them will be flagged. `body` is compressed (zstd).
CREATE TABLE captures (
    id                INTEGER PRIMARY KEY,
    url               TEXT NOT NULL,
    fetched_at        INTEGER NOT NULL,
    answer            TEXT NOT NULL,
    body              BLOB NOT NULL
) STRICT;
CREATE INDEX captures_by_time ON captures (fetched_at);

CREATE TABLE capture_posts (
    post_id           INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    capture_id        INTEGER NOT NULL REFERENCES captures (id) ON DELETE CASCADE,
    PRIMARY KEY (post_id, capture_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX capture_posts_by_capture ON capture_posts (capture_id);

-- 存证 — where in the archive (WARC) the page behind a flagged post stands. Bytes `start` … `start` + `length` of `file`.
CREATE TABLE evidence (
    id                INTEGER PRIMARY KEY,
    url               TEXT NOT NULL,
    fetched_at        INTEGER NOT NULL,
    file              TEXT NOT NULL,
    start             INTEGER NOT NULL,
    length            INTEGER NOT NULL,
    digest            TEXT NOT NULL
) STRICT;
CREATE INDEX evidence_by_file ON evidence (file, start);

CREATE TABLE evidence_posts (
    post_id           INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    evidence_id       INTEGER NOT NULL REFERENCES evidence (id) ON DELETE CASCADE,
    PRIMARY KEY (post_id, evidence_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX evidence_posts_by_evidence ON evidence_posts (evidence_id);

-- 采集规则命中 — how often in a row a part of a site's rules found nothing.
CREATE TABLE rule_parts (
    host              TEXT NOT NULL,
    part              TEXT NOT NULL,
    miss_count        INTEGER NOT NULL,
    last_hit          INTEGER,
    last_miss         INTEGER,
    example           TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (host, part)
) STRICT, WITHOUT ROWID;
