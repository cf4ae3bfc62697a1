-- 专题 — since when posts are matched against the query of each; what they are stands in config/watches.toml.
CREATE TABLE watches (
    id                TEXT PRIMARY KEY,
    query             TEXT NOT NULL,
    since             INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Revision up to which posts were matched; no row while nothing is watched.
CREATE TABLE watch_cursor (
    only_row          INTEGER PRIMARY KEY CHECK (only_row = 1),
    revision          INTEGER NOT NULL
) STRICT;

-- 命中 — a post that matched when it came or when it changed. Stays when the post changes again, or the watch goes.
CREATE TABLE watch_hits (
    watch_id          TEXT NOT NULL,
    post_id           INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    matched_at        INTEGER NOT NULL,
    PRIMARY KEY (watch_id, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX watch_hits_by_time ON watch_hits (watch_id, matched_at);
CREATE INDEX watch_hits_by_post ON watch_hits (post_id);
