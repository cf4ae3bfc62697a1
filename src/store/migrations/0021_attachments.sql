-- 附件: pictures and PDF handed in with posts and cases; the files lie in attachments/ by their hash.
CREATE TABLE attachments (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    post_id           INTEGER REFERENCES posts (id),
    case_id           INTEGER REFERENCES cases (id),
    name              TEXT NOT NULL,
    kind              TEXT NOT NULL,
    byte_count        INTEGER NOT NULL,
    hash              TEXT NOT NULL,
    added_at          INTEGER NOT NULL,
    added_by          TEXT NOT NULL,
    CHECK ((post_id IS NULL) <> (case_id IS NULL))
) STRICT;
CREATE UNIQUE INDEX attachments_of_post ON attachments (post_id, hash) WHERE post_id IS NOT NULL;
CREATE UNIQUE INDEX attachments_of_case ON attachments (case_id, hash) WHERE case_id IS NOT NULL;
