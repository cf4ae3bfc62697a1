-- 投递 — one subject for one recipient: work that waits, and what became of it.
CREATE TABLE deliveries (
    id                INTEGER PRIMARY KEY,
    subject           TEXT NOT NULL,
    issue_id          INTEGER REFERENCES issues (id),
    recipient         TEXT NOT NULL,
    notice            TEXT,
    state             TEXT NOT NULL DEFAULT 'waiting',
    queued_at         INTEGER NOT NULL,
    due_at            INTEGER NOT NULL,
    claimed_until     INTEGER,
    attempt_count     INTEGER NOT NULL DEFAULT 0,
    -- Attempts that no longer count towards the limit, since a person asked for more.
    attempt_base      INTEGER NOT NULL DEFAULT 0,
    last_attempt_at   INTEGER,
    -- Parts of a long message that have arrived: a repetition goes on behind them.
    parts_sent        INTEGER NOT NULL DEFAULT 0,
    sent_at           INTEGER,
    message           TEXT NOT NULL DEFAULT '',
    UNIQUE (subject, recipient)
) STRICT;
CREATE INDEX deliveries_by_state ON deliveries (state, due_at);
CREATE INDEX deliveries_by_issue ON deliveries (issue_id) WHERE issue_id IS NOT NULL;

-- 投递经过 — every attempt and every deed of a person.
CREATE TABLE delivery_attempts (
    id                INTEGER PRIMARY KEY,
    delivery_id       INTEGER NOT NULL REFERENCES deliveries (id),
    attempt           INTEGER NOT NULL,
    at                INTEGER NOT NULL,
    outcome           TEXT NOT NULL,
    message           TEXT NOT NULL DEFAULT '',
    by                TEXT
) STRICT;
CREATE INDEX delivery_attempts_of ON delivery_attempts (delivery_id, id);
