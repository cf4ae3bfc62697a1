-- 最近检索: what a person searched for lately, for that person only; it goes with the user.
CREATE TABLE searches (
  user  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  asked TEXT NOT NULL,
  at    INTEGER NOT NULL,
  PRIMARY KEY (user, asked)
) WITHOUT ROWID;
-- The last backup, the last check of a file.
CREATE INDEX audit_by_subject ON audit (action, subject);
