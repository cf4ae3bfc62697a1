-- 规则修改 — a file of rules before and after, what the trial said, who switched it on and why.
CREATE TABLE rule_changes (
    id                INTEGER PRIMARY KEY,
    file              TEXT NOT NULL,
    begun_at          INTEGER NOT NULL,
    begun_by          TEXT NOT NULL,
    old_text          TEXT NOT NULL,
    new_text          TEXT NOT NULL,
    summary           TEXT NOT NULL,
    trial             TEXT NOT NULL,
    state             TEXT NOT NULL,
    decided_at        INTEGER,
    decided_by        TEXT,
    reason            TEXT NOT NULL DEFAULT ''
) STRICT;
