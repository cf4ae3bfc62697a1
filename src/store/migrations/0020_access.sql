-- 用户. `roles` are codes with spaces between; `password` is a PHC string, none until a link was used; `totp_step` the last
-- step a code was taken for.
CREATE TABLE users (
    id                INTEGER PRIMARY KEY,
    name              TEXT NOT NULL COLLATE NOCASE UNIQUE,
    display           TEXT NOT NULL,
    roles             TEXT NOT NULL,
    password          TEXT,
    totp_secret       TEXT,
    totp_step         INTEGER NOT NULL DEFAULT 0,
    created_at        INTEGER NOT NULL,
    disabled_at       INTEGER,
    last_sign_in_at   INTEGER
) STRICT;

-- 登录 on one device. `hash` is the SHA-256 of what the cookie holds.
CREATE TABLE sessions (
    hash              TEXT PRIMARY KEY,
    user_id           INTEGER NOT NULL REFERENCES users (id),
    csrf              TEXT NOT NULL,
    created_at        INTEGER NOT NULL,
    seen_at           INTEGER NOT NULL,
    expires_at        INTEGER NOT NULL,
    address           TEXT NOT NULL,
    agent             TEXT NOT NULL,
    flash             TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (user_id);

-- Wrong passwords, until they no longer count.
CREATE TABLE sign_in_failures (
    name              TEXT NOT NULL COLLATE NOCASE,
    address           TEXT NOT NULL,
    at                INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_failures_by_time ON sign_in_failures (at);

-- 一次性链接: makes the first administrator (no user), or lets a user set a password or come in.
CREATE TABLE sign_in_links (
    hash              TEXT PRIMARY KEY,
    user_id           INTEGER REFERENCES users (id),
    purpose           TEXT NOT NULL,
    created_at        INTEGER NOT NULL,
    expires_at        INTEGER NOT NULL,
    used_at           INTEGER
) STRICT, WITHOUT ROWID;

-- 接口密钥. `scopes` are codes with spaces between.
CREATE TABLE api_keys (
    id                INTEGER PRIMARY KEY,
    user_id           INTEGER NOT NULL REFERENCES users (id),
    name              TEXT NOT NULL,
    hash              TEXT NOT NULL UNIQUE,
    scopes            TEXT NOT NULL,
    created_at        INTEGER NOT NULL,
    last_used_at      INTEGER,
    revoked_at        INTEGER
) STRICT;

-- 审计. Each hash is over the hash before and the line; lines are only added, and removed only from the old end, which
-- `audit_anchor` remembers.
CREATE TABLE audit (
    id                INTEGER PRIMARY KEY,
    at                INTEGER NOT NULL,
    actor             TEXT NOT NULL,
    action            TEXT NOT NULL,
    subject           TEXT NOT NULL,
    detail            TEXT NOT NULL,
    address           TEXT NOT NULL,
    hash              TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_time ON audit (at);
CREATE TABLE audit_anchor (
    id                INTEGER NOT NULL,
    hash              TEXT NOT NULL
) STRICT;
INSERT INTO audit_anchor VALUES (0, '');

CREATE TRIGGER audit_does_not_change BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'the audit is not changed'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit
WHEN OLD.id > (SELECT id FROM audit_anchor)
BEGIN SELECT raise(ABORT, 'the audit is kept'); END;
