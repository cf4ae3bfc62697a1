-- 最近检索: what a person searched for lately, for that person only; it goes with the user. `asked` is what stood in the
-- address behind the question mark.
CREATE TABLE searches (
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    asked       TEXT    NOT NULL,
    searched_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, asked)
) WITHOUT ROWID;
-- The last backup, the last check of a file.
CREATE INDEX audit_by_subject ON audit (action, subject);
