-- 外报与采用 — what of an issue was reported to others, was taken up by them, was written on by a leader. `entry` 0 is the
-- whole issue. A row that was wrong stays, void.
CREATE TABLE adoptions (
    id                INTEGER PRIMARY KEY,
    kind              TEXT NOT NULL,
    issue_id          INTEGER NOT NULL REFERENCES issues (id),
    entry             INTEGER NOT NULL,
    unit              TEXT NOT NULL,
    day               TEXT NOT NULL,
    count             INTEGER NOT NULL,
    text              TEXT NOT NULL,
    by                TEXT NOT NULL,
    recorded_at       INTEGER NOT NULL,
    void_reason       TEXT,
    void_by           TEXT,
    void_at           INTEGER
) STRICT;
CREATE UNIQUE INDEX adoptions_once ON adoptions (kind, issue_id, entry, unit, day) WHERE void_at IS NULL;
CREATE INDEX adoptions_by_day ON adoptions (day);
