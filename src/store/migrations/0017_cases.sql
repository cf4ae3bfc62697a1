-- 办理件 — what an office must handle by a deadline. Its histories stand in the tables below and only grow; here is what
-- follows from them.
CREATE TABLE cases (
    id                INTEGER PRIMARY KEY,
    kind              TEXT NOT NULL,
    from_org          TEXT NOT NULL,
    document_no       TEXT,
    urgency           TEXT NOT NULL,
    title             TEXT NOT NULL,
    text              TEXT NOT NULL,
    original_link     TEXT,
    attachment        TEXT,
    received_at       INTEGER NOT NULL,
    discovered_at     INTEGER,
    published_at      INTEGER,
    due_at            INTEGER NOT NULL,
    due_rule          TEXT,
    due_basis         TEXT NOT NULL,
    due_note          TEXT NOT NULL,
    met_by            TEXT NOT NULL,
    deadline_count    INTEGER NOT NULL DEFAULT 1,
    state             TEXT NOT NULL,
    answered_at       INTEGER,
    closed_at         INTEGER,
    registered_at     INTEGER NOT NULL,
    registered_by     TEXT NOT NULL,
    letter_post_id    INTEGER UNIQUE REFERENCES posts (id)
) STRICT;
-- One letter may transfer several matters, but each once.
CREATE UNIQUE INDEX cases_by_document ON cases (from_org, document_no, title) WHERE document_no IS NOT NULL;
CREATE INDEX cases_by_receipt ON cases (received_at);
CREATE INDEX cases_open ON cases (due_at) WHERE closed_at IS NULL;

-- 办理记录 — every step, the skipped ones too.
CREATE TABLE case_steps (
    id                INTEGER PRIMARY KEY,
    case_id           INTEGER NOT NULL REFERENCES cases (id),
    from_state        TEXT,
    state             TEXT NOT NULL,
    at                INTEGER NOT NULL,
    by                TEXT NOT NULL,
    note              TEXT NOT NULL,
    is_skipped        INTEGER NOT NULL,
    recorded_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX case_steps_by_case ON case_steps (case_id);

-- 办理栏 — the latest row of a field is its word.
CREATE TABLE case_notes (
    id                INTEGER PRIMARY KEY,
    case_id           INTEGER NOT NULL REFERENCES cases (id),
    field             TEXT NOT NULL,
    text              TEXT NOT NULL,
    at                INTEGER NOT NULL,
    by                TEXT NOT NULL
) STRICT;
CREATE INDEX case_notes_by_case ON case_notes (case_id);

-- 时限变更 — the first deadline and every later one.
CREATE TABLE case_deadlines (
    id                INTEGER PRIMARY KEY,
    case_id           INTEGER NOT NULL REFERENCES cases (id),
    due_at            INTEGER NOT NULL,
    rule              TEXT,
    basis             TEXT NOT NULL,
    reason            TEXT NOT NULL,
    at                INTEGER NOT NULL,
    by                TEXT NOT NULL
) STRICT;
CREATE INDEX case_deadlines_by_case ON case_deadlines (case_id);

-- 关联. Events may be merged away: their ids stay, for they are never used again.
CREATE TABLE case_links (
    case_id           INTEGER NOT NULL REFERENCES cases (id),
    post_id           INTEGER REFERENCES posts (id),
    event_id          INTEGER,
    at                INTEGER NOT NULL,
    by                TEXT NOT NULL,
    CHECK ((post_id IS NULL) <> (event_id IS NULL)),
    UNIQUE (case_id, post_id),
    UNIQUE (case_id, event_id)
) STRICT;
CREATE INDEX case_links_by_post ON case_links (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX case_links_by_event ON case_links (event_id) WHERE event_id IS NOT NULL;

-- 答复网友 — one answer, or a day's count of a channel (answered as many). A corrected count stays beside its correction.
CREATE TABLE replies (
    id                INTEGER PRIMARY KEY,
    channel           TEXT NOT NULL,
    replied_at        INTEGER NOT NULL,
    day               TEXT NOT NULL,
    is_bulk           INTEGER NOT NULL,
    count             INTEGER NOT NULL,
    post_id           INTEGER REFERENCES posts (id),
    text              TEXT NOT NULL,
    satisfaction      INTEGER,
    asked_at          INTEGER,
    by                TEXT NOT NULL,
    recorded_at       INTEGER NOT NULL,
    is_corrected      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX replies_by_time ON replies (replied_at);
CREATE UNIQUE INDEX replies_by_day ON replies (channel, day) WHERE is_bulk = 1 AND is_corrected = 0;
CREATE UNIQUE INDEX replies_by_post ON replies (post_id) WHERE post_id IS NOT NULL AND is_corrected = 0;
