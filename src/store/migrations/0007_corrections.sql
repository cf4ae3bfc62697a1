-- 人工更正 — what people said of posts, one row per act; rows are only added. JSON columns hold model types.
CREATE TABLE corrections (
    id                INTEGER PRIMARY KEY,
    post_id           INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    at                INTEGER NOT NULL,
    person            TEXT NOT NULL,
    note              TEXT NOT NULL,
    label             TEXT NOT NULL,
    machine           TEXT NOT NULL,
    rules             TEXT NOT NULL,
    rules_version     TEXT NOT NULL
) STRICT;
CREATE INDEX corrections_by_post ON corrections (post_id);

-- 撤回 — corrections that were taken back.
CREATE TABLE withdrawals (
    correction_id     INTEGER PRIMARY KEY REFERENCES corrections (id) ON DELETE CASCADE,
    at                INTEGER NOT NULL,
    person            TEXT NOT NULL,
    note              TEXT NOT NULL
) STRICT;

-- 级别变更 — by the machine where `person` is absent; a suggestion leaves the level as it is. Rows are only added.
CREATE TABLE level_changes (
    id                INTEGER PRIMARY KEY,
    post_id           INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    at                INTEGER NOT NULL,
    from_level        TEXT NOT NULL,
    to_level          TEXT NOT NULL,
    is_suggestion     INTEGER NOT NULL,
    person            TEXT,
    reasons           TEXT NOT NULL,
    rules_version     TEXT NOT NULL
) STRICT;
CREATE INDEX level_changes_by_post ON level_changes (post_id, id);

-- `analysis` stays the machine's own. `held` is the level that stands above it, `said` the corrections in force, both
-- absent for most posts; `about`, `relevant`, `level` repeat what follows from the three.
ALTER TABLE analyses ADD COLUMN held TEXT;
ALTER TABLE analyses ADD COLUMN said TEXT;
