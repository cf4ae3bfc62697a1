-- Times are Unix milliseconds (UTC). Codes are those of the model. JSON columns hold model types.

-- 信源 — the state of each declared source; what it is stands in config/sources.toml.
CREATE TABLE sources (
    id                TEXT PRIMARY KEY,
    next_check        INTEGER NOT NULL,
    claimed_until     INTEGER,
    last_visit        INTEGER,
    last_success      INTEGER,
    last_new          INTEGER,
    last_outcome      TEXT,
    last_message      TEXT NOT NULL DEFAULT '',
    failure_count     INTEGER NOT NULL DEFAULT 0
) STRICT;

-- 待抓队列 — addresses found on entry pages, waiting for a visit or already visited.
CREATE TABLE targets (
    url               TEXT PRIMARY KEY,
    source_id         TEXT NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    found_at          INTEGER NOT NULL,
    due_at            INTEGER,
    claimed_until     INTEGER,
    visit_count       INTEGER NOT NULL DEFAULT 0,
    failure_count     INTEGER NOT NULL DEFAULT 0,
    last_message      TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX targets_due ON targets (due_at) WHERE due_at IS NOT NULL;

-- What a server told us to ask next time: ETag and Last-Modified.
CREATE TABLE validators (
    url               TEXT PRIMARY KEY,
    etag              TEXT,
    last_modified     TEXT
) STRICT, WITHOUT ROWID;

-- 采集记录 — one visit of one source.
CREATE TABLE crawls (
    id                INTEGER PRIMARY KEY,
    source_id         TEXT NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    started_at        INTEGER NOT NULL,
    finished_at       INTEGER NOT NULL,
    reads_entry       INTEGER NOT NULL,
    outcome           TEXT NOT NULL,
    fetched_count     INTEGER NOT NULL,
    new_count         INTEGER NOT NULL,
    duplicate_count   INTEGER NOT NULL,
    refused_count     INTEGER NOT NULL,
    warnings          TEXT NOT NULL,
    message           TEXT NOT NULL
) STRICT;
CREATE INDEX crawls_by_source ON crawls (source_id, started_at);

-- 信息 — every text once, words masked. `revision` rises with every change: the index follows it.
CREATE TABLE posts (
    id                INTEGER PRIMARY KEY,
    natural_key       TEXT NOT NULL UNIQUE,
    revision          INTEGER NOT NULL UNIQUE,
    source_id         TEXT,
    url               TEXT,
    external_id       TEXT,
    channel           TEXT NOT NULL,
    source_name       TEXT NOT NULL,
    outlet            TEXT,
    outlet_tier       TEXT NOT NULL,
    title             TEXT NOT NULL,
    text              TEXT NOT NULL,
    author            TEXT,
    published_at      INTEGER,
    published_precision TEXT,
    is_inferred       INTEGER NOT NULL DEFAULT 0,
    effective_at      INTEGER NOT NULL,
    fetched_at        INTEGER NOT NULL,
    first_seen_at     INTEGER NOT NULL,
    level_rose_at     INTEGER,
    comments          INTEGER,
    reposts           INTEGER,
    likes             INTEGER,
    views             INTEGER,
    has_image         INTEGER NOT NULL,
    has_video         INTEGER NOT NULL,
    floor             INTEGER,
    source_region     TEXT,
    is_official       INTEGER NOT NULL DEFAULT 0,
    extra             TEXT NOT NULL,
    fingerprint       INTEGER NOT NULL,
    repost_of         INTEGER REFERENCES posts (id),
    event_id          INTEGER REFERENCES events (id),
    needs_analysis    INTEGER NOT NULL DEFAULT 1,
    needs_clustering  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX posts_by_time ON posts (effective_at);
CREATE INDEX posts_by_first_seen ON posts (first_seen_at);
CREATE INDEX posts_by_rise ON posts (level_rose_at) WHERE level_rose_at IS NOT NULL;
CREATE INDEX posts_by_event ON posts (event_id) WHERE event_id IS NOT NULL;
CREATE INDEX posts_by_repost ON posts (repost_of) WHERE repost_of IS NOT NULL;
CREATE INDEX posts_to_analyze ON posts (id) WHERE needs_analysis = 1;
CREATE INDEX posts_to_cluster ON posts (id) WHERE needs_clustering = 1;

-- 原文 — the words as published; read by the judgement only.
CREATE TABLE originals (
    post_id           INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
    title             TEXT NOT NULL,
    text              TEXT NOT NULL,
    author            TEXT
) STRICT;

-- 互动量读数.
CREATE TABLE readings (
    post_id           INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    at                INTEGER NOT NULL,
    comments          INTEGER,
    reposts           INTEGER,
    likes             INTEGER,
    views             INTEGER,
    PRIMARY KEY (post_id, at)
) STRICT, WITHOUT ROWID;

-- 研判 — what the machine says; the columns beside `analysis` repeat parts of it for questions.
CREATE TABLE analyses (
    post_id           INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
    analyzed_at       INTEGER NOT NULL,
    rules_version     TEXT NOT NULL,
    about             INTEGER NOT NULL,
    relevant          INTEGER NOT NULL,
    level             TEXT NOT NULL,
    analysis          TEXT NOT NULL
) STRICT;
CREATE INDEX analyses_flagged ON analyses (level) WHERE level <> 'none';

-- 事件.
CREATE TABLE events (
    id                INTEGER PRIMARY KEY,
    representative    INTEGER NOT NULL REFERENCES posts (id),
    title             TEXT NOT NULL,
    level             TEXT NOT NULL,
    level_reason      TEXT NOT NULL,
    phase             TEXT NOT NULL,
    topic             TEXT,
    is_gathering      INTEGER NOT NULL,
    first_at          INTEGER NOT NULL,
    last_at           INTEGER NOT NULL,
    post_count        INTEGER NOT NULL,
    source_count      INTEGER NOT NULL
) STRICT;
CREATE INDEX events_by_time ON events (last_at);

-- 期. One issue per digest and period, so that a draft made twice is one draft.
CREATE TABLE issues (
    id                INTEGER PRIMARY KEY,
    digest            TEXT NOT NULL,
    period_from       INTEGER NOT NULL,
    period_to         INTEGER NOT NULL,
    state             TEXT NOT NULL,
    year              INTEGER,
    number            INTEGER,
    total_number      INTEGER,
    drafted_at        INTEGER NOT NULL,
    approved_at       INTEGER,
    approved_by       TEXT,
    signed_at         INTEGER,
    signed_by         TEXT,
    voided_at         INTEGER,
    voided_by         TEXT,
    void_reason       TEXT,
    content           TEXT NOT NULL,
    CHECK ((number IS NULL) = (total_number IS NULL)),
    CHECK (state <> 'signed' OR number IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX issues_by_number ON issues (digest, year, number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX issues_by_total ON issues (digest, total_number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX issues_by_period ON issues (digest, period_from, period_to) WHERE state <> 'void';

-- 零报告 — a period in which nothing was worth an issue; spends no number.
CREATE TABLE zero_reports (
    digest            TEXT NOT NULL,
    period_from       INTEGER NOT NULL,
    period_to         INTEGER NOT NULL,
    made_at           INTEGER NOT NULL,
    PRIMARY KEY (digest, period_from, period_to)
) STRICT, WITHOUT ROWID;

-- Which posts an issue cites: an item appears in one issue of a kind once.
CREATE TABLE issue_posts (
    issue_id          INTEGER NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    post_id           INTEGER NOT NULL REFERENCES posts (id),
    PRIMARY KEY (issue_id, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX issue_posts_by_post ON issue_posts (post_id);
