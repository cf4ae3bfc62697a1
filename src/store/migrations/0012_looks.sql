-- 查阅记录 — who looked at the words or the page of a post as published. Stays when the post goes; rows never change.
CREATE TABLE looks (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    post_id           INTEGER NOT NULL,
    looked            TEXT NOT NULL,
    looked_at         INTEGER NOT NULL,
    looked_by         TEXT NOT NULL,
    reason            TEXT NOT NULL,
    is_granted        INTEGER NOT NULL
) STRICT;
CREATE INDEX looks_by_post ON looks (post_id);

CREATE TRIGGER looks_stay BEFORE DELETE ON looks
BEGIN SELECT raise(ABORT, 'looks are kept'); END;
CREATE TRIGGER looks_do_not_change BEFORE UPDATE ON looks
BEGIN SELECT raise(ABORT, 'looks are not changed'); END;
