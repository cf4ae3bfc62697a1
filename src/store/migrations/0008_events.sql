-- 人工归并、拆分 — what a person decided about events: a record of its own that no later run changes.
CREATE TABLE event_decisions (
    id            INTEGER PRIMARY KEY,
    deed          TEXT NOT NULL CHECK (deed IN ('merge', 'split')),
    event_id      INTEGER NOT NULL,
    decided_at    INTEGER NOT NULL,
    decided_by    TEXT NOT NULL,
    before        TEXT NOT NULL
) STRICT;
CREATE INDEX event_decisions_by_event ON event_decisions (event_id);

-- Which event each post belongs to by the latest such decision.
CREATE TABLE placed_by_hand (
    post_id       INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
    event_id      INTEGER NOT NULL,
    decision_id   INTEGER NOT NULL REFERENCES event_decisions (id)
) STRICT;
CREATE INDEX placed_by_hand_by_event ON placed_by_hand (event_id);

-- 旧闻翻炒 — an older post that a relevant post repeats, and why we say so.
ALTER TABLE posts ADD COLUMN old_news_of INTEGER REFERENCES posts (id);
ALTER TABLE posts ADD COLUMN old_news_reason TEXT;

-- Some pieces of each relevant post's words, by which it is found again years later.
CREATE TABLE word_pieces (
    piece         INTEGER NOT NULL,
    post_id       INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    PRIMARY KEY (piece, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX word_pieces_by_post ON word_pieces (post_id);
