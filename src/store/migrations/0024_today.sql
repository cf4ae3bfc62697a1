-- 人工判定的转载 — which post a person says another one repeats; no later run changes it.
CREATE TABLE copies_by_hand (
    post_id           INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
    copy_of           INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    decided_at        INTEGER NOT NULL,
    decided_by        TEXT NOT NULL
) STRICT;
CREATE INDEX copies_by_hand_of ON copies_by_hand (copy_of);

-- 上一班 — when the user came in for the shift before this one.
ALTER TABLE users ADD COLUMN previous_sign_in_at INTEGER;
