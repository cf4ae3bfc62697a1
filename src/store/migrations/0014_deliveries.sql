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
    last_attempt_at   INTEGER,
    sent_at           INTEGER,
    message           TEXT NOT NULL DEFAULT '',
    UNIQUE (subject, recipient)
) STRICT;
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'waiting';
CREATE INDEX deliveries_by_issue ON deliveries (issue_id) WHERE issue_id IS NOT NULL;
