-- 导入记录 — one file that was handed in, and what came of it.
CREATE TABLE imports (
    id                INTEGER PRIMARY KEY,
    file_name         TEXT NOT NULL,
    taken_at          INTEGER NOT NULL,
    from_inbox        INTEGER NOT NULL,
    read_count        INTEGER NOT NULL,
    new_count         INTEGER NOT NULL,
    duplicate_count   INTEGER NOT NULL,
    refused_count     INTEGER NOT NULL,
    message           TEXT NOT NULL
) STRICT;
CREATE INDEX imports_by_time ON imports (taken_at);

-- 收件 — files seen in the inbox; one that looks the same at two looks is whole.
CREATE TABLE inbox_files (
    name              TEXT PRIMARY KEY,
    size              INTEGER NOT NULL,
    modified_at       INTEGER NOT NULL,
    seen_at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
