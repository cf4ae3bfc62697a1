-- 预警 — one raising of a rule. `next_notice_at` is work that waits: somebody is to be told.
CREATE TABLE alerts (
    id                INTEGER PRIMARY KEY,
    natural_key       TEXT NOT NULL UNIQUE,
    kind              TEXT NOT NULL,
    subject           TEXT NOT NULL,
    level             TEXT NOT NULL,
    title             TEXT NOT NULL,
    reason            TEXT NOT NULL,
    post_id           INTEGER REFERENCES posts (id),
    event_id          INTEGER,
    post_count        INTEGER NOT NULL,
    source_count      INTEGER NOT NULL,
    recipients        TEXT NOT NULL,
    tell_at           INTEGER NOT NULL,
    is_closed         INTEGER NOT NULL,
    raised_at         INTEGER NOT NULL,
    state             TEXT NOT NULL,
    notice_count      INTEGER NOT NULL DEFAULT 0,
    next_notice_at    INTEGER
) STRICT;
CREATE INDEX alerts_due ON alerts (next_notice_at) WHERE next_notice_at IS NOT NULL;
CREATE INDEX alerts_by_subject ON alerts (subject);
CREATE INDEX alerts_by_post ON alerts (post_id) WHERE post_id IS NOT NULL;

-- Posts that an alert lists: the hits of a watch.
CREATE TABLE alert_posts (
    alert_id          INTEGER NOT NULL REFERENCES alerts (id),
    post_id           INTEGER NOT NULL REFERENCES posts (id),
    PRIMARY KEY (alert_id, post_id)
) STRICT, WITHOUT ROWID;

-- 处置记录 — what people did about an alert; rows are only added.
CREATE TABLE alert_steps (
    id                INTEGER PRIMARY KEY,
    alert_id          INTEGER NOT NULL REFERENCES alerts (id),
    at                INTEGER NOT NULL,
    state             TEXT NOT NULL,
    person            TEXT NOT NULL,
    note              TEXT NOT NULL
) STRICT;
CREATE INDEX alert_steps_by_alert ON alert_steps (alert_id, id);

-- 通知记录 — who was told; rows are only added.
CREATE TABLE alert_notices (
    alert_id          INTEGER NOT NULL REFERENCES alerts (id),
    number            INTEGER NOT NULL,
    at                INTEGER NOT NULL,
    recipients        TEXT NOT NULL,
    PRIMARY KEY (alert_id, number)
) STRICT, WITHOUT ROWID;

-- What was last said about an event, a post, a watch's finding, a burst.
CREATE TABLE alert_subjects (
    subject           TEXT PRIMARY KEY,
    event_id          INTEGER,
    level             TEXT NOT NULL,
    at                INTEGER NOT NULL,
    change_id         INTEGER NOT NULL,
    alert_id          INTEGER REFERENCES alerts (id)
) STRICT, WITHOUT ROWID;

-- 信源 as administrators know it.
CREATE TABLE alert_sources (
    source_id         TEXT PRIMARY KEY,
    condition         TEXT NOT NULL,
    since             INTEGER NOT NULL,
    told              TEXT NOT NULL,
    told_at           INTEGER
) STRICT, WITHOUT ROWID;

-- Since when there are alerts; no row before the first look.
CREATE TABLE alert_state (
    only_row          INTEGER PRIMARY KEY CHECK (only_row = 1),
    begun_at          INTEGER NOT NULL,
    change_id         INTEGER NOT NULL,
    bursts_at         INTEGER,
    sources_at        INTEGER
) STRICT;

CREATE INDEX events_alarming ON events (id) WHERE level IN ('yellow', 'orange', 'red');

-- Hits from before there were alerts call nobody.
ALTER TABLE watch_hits ADD COLUMN needs_alert INTEGER NOT NULL DEFAULT 1;
UPDATE watch_hits SET needs_alert = 0;
CREATE INDEX watch_hits_to_alert ON watch_hits (watch_id, post_id) WHERE needs_alert = 1;
