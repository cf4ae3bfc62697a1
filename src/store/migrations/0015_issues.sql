-- 刊物: series of numbers, occasions beside periods, revisions, steps, seals, frozen renditions, 计数依据.
ALTER TABLE issues ADD COLUMN series TEXT NOT NULL DEFAULT 'main';
-- What it is about where that is not a period: event:5/0, special:…, supplement/…; empty for scheduled issues.
ALTER TABLE issues ADD COLUMN occasion TEXT NOT NULL DEFAULT '';
-- 0, or the ordinal of a 续报, which bears the number of the first issue of its matter.
ALTER TABLE issues ADD COLUMN part INTEGER NOT NULL DEFAULT 0;
ALTER TABLE issues ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
-- The signed issue that this one corrects.
ALTER TABLE issues ADD COLUMN corrects INTEGER REFERENCES issues (id);
-- 内容散列: SHA-256 over content, number, signature and 计数依据; NULL before the signature.
ALTER TABLE issues ADD COLUMN seal TEXT;

DROP INDEX issues_by_number;
DROP INDEX issues_by_total;
DROP INDEX issues_by_period;
CREATE UNIQUE INDEX issues_by_number ON issues (digest, series, year, number, part) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX issues_by_total ON issues (digest, series, total_number, part) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX issues_by_period ON issues (digest, period_from, period_to)
    WHERE state <> 'void' AND occasion = '';
CREATE UNIQUE INDEX issues_by_occasion ON issues (digest, occasion) WHERE state <> 'void' AND occasion <> '';
CREATE INDEX issues_by_correction ON issues (corrects) WHERE corrects IS NOT NULL;
CREATE INDEX issues_by_signature ON issues (signed_at) WHERE state = 'signed';

-- 审签记录.
CREATE TABLE issue_steps (
    id                INTEGER PRIMARY KEY,
    issue_id          INTEGER NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    at                INTEGER NOT NULL,
    step              TEXT NOT NULL,
    by_whom           TEXT NOT NULL,
    note              TEXT NOT NULL
) STRICT;
CREATE INDEX issue_steps_by_issue ON issue_steps (issue_id, id);
INSERT INTO issue_steps (issue_id, at, step, by_whom, note)
    SELECT id, drafted_at, 'drafted', '', '' FROM issues;
INSERT INTO issue_steps (issue_id, at, step, by_whom, note)
    SELECT id, approved_at, 'approved', approved_by, '' FROM issues WHERE approved_at IS NOT NULL;
INSERT INTO issue_steps (issue_id, at, step, by_whom, note)
    SELECT id, signed_at, 'signed', signed_by, '' FROM issues WHERE signed_at IS NOT NULL;
INSERT INTO issue_steps (issue_id, at, step, by_whom, note)
    SELECT id, voided_at, 'voided', voided_by, void_reason FROM issues WHERE voided_at IS NOT NULL;

-- 修订; revision is NULL where the change was refused, so that its words are not lost.
CREATE TABLE issue_revisions (
    id                INTEGER PRIMARY KEY,
    issue_id          INTEGER NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    revision          INTEGER,
    at                INTEGER NOT NULL,
    by_whom           TEXT NOT NULL,
    what              TEXT NOT NULL,
    before            TEXT NOT NULL,
    after             TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX issue_revisions_by_number ON issue_revisions (issue_id, revision) WHERE revision IS NOT NULL;
CREATE INDEX issue_revisions_by_issue ON issue_revisions (issue_id, id);

-- 计数依据: what each post counted for when the issue was drafted. part: now, before.
CREATE TABLE issue_counted (
    issue_id          INTEGER NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    part              TEXT NOT NULL,
    post_id           INTEGER NOT NULL,
    day               TEXT NOT NULL,
    channel           TEXT NOT NULL,
    is_removed        INTEGER NOT NULL,
    level             TEXT NOT NULL,
    sentiment         TEXT NOT NULL,
    topic             TEXT,
    region            TEXT NOT NULL,
    PRIMARY KEY (issue_id, part, post_id)
) STRICT, WITHOUT ROWID;

-- 成品 of signed issues: written once, never changed. body is packed with zstd.
CREATE TABLE issue_renditions (
    issue_id          INTEGER NOT NULL REFERENCES issues (id),
    format            TEXT NOT NULL,
    made_at           INTEGER NOT NULL,
    sha256            TEXT NOT NULL,
    body              BLOB NOT NULL,
    PRIMARY KEY (issue_id, format)
) STRICT;

ALTER TABLE zero_reports ADD COLUMN by_whom TEXT NOT NULL DEFAULT '';
