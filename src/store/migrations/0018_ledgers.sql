-- 有效研判 — what follows from `analysis`, `held` and `said`, in columns a ledger counts by; `topics` are codes with spaces
-- between, the primary one first; `place` is a district.
CREATE TABLE effective_judgements (
    post_id           INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
    about             INTEGER NOT NULL,
    relevant          INTEGER NOT NULL,
    level             TEXT NOT NULL,
    sentiment         TEXT NOT NULL,
    intent            TEXT NOT NULL,
    jurisdiction      TEXT NOT NULL,
    place             TEXT NOT NULL,
    topics            TEXT NOT NULL
) STRICT;

INSERT INTO effective_judgements
SELECT post_id, about, relevant, level,
    coalesce(said_sentiment, analysis ->> '$.sentiment'),
    coalesce(said_intent, analysis ->> '$.intent'),
    coalesce(said_jurisdiction, analysis ->> '$.regions.jurisdiction'),
    CASE coalesce(said_jurisdiction, analysis ->> '$.regions.jurisdiction')
        WHEN 'district' THEN
            coalesce(analysis ->> '$.regions.responsible.name', analysis ->> '$.regions.act.name', '')
        ELSE ''
    END,
    coalesce(said_topics,
        (SELECT group_concat(t.value ->> '$.code', ' ') FROM json_each(analysis, '$.topics') t), '')
FROM (
    SELECT a.*,
        (SELECT s.value ->> '$.label.sentiment' FROM json_each(a.said) s
         WHERE s.value ->> '$.label.sentiment' IS NOT NULL ORDER BY s.key DESC LIMIT 1) AS said_sentiment,
        (SELECT s.value ->> '$.label.intent' FROM json_each(a.said) s
         WHERE s.value ->> '$.label.intent' IS NOT NULL ORDER BY s.key DESC LIMIT 1) AS said_intent,
        (SELECT s.value ->> '$.label.jurisdiction' FROM json_each(a.said) s
         WHERE s.value ->> '$.label.jurisdiction' IS NOT NULL ORDER BY s.key DESC LIMIT 1) AS said_jurisdiction,
        (SELECT coalesce((SELECT group_concat(t.value, ' ') FROM json_each(s.value, '$.label.topics') t), '')
         FROM json_each(a.said) s
         WHERE json_type(s.value, '$.label.topics') = 'array' ORDER BY s.key DESC LIMIT 1) AS said_topics
    FROM analyses a
);

-- All that a ledger asks of a post itself, so that counting a year reads no texts.
CREATE INDEX posts_to_count ON posts (effective_at, channel, is_official, repost_of);
CREATE INDEX issues_once_signed ON issues (signed_at) WHERE signed_at IS NOT NULL;

-- 冻结的台账 — figures somebody signed for, and the posts they were counted from (`rows`: JSON, zstd). Rows are only added.
CREATE TABLE ledgers (
    id                INTEGER PRIMARY KEY,
    period            TEXT NOT NULL,
    frozen_at         INTEGER NOT NULL,
    frozen_by         TEXT NOT NULL,
    reason            TEXT NOT NULL,
    content           TEXT NOT NULL,
    hash              TEXT NOT NULL,
    rows              BLOB NOT NULL
) STRICT;
CREATE INDEX ledgers_by_period ON ledgers (period, id);

CREATE TRIGGER ledgers_stay BEFORE DELETE ON ledgers
BEGIN SELECT raise(ABORT, 'ledgers are kept'); END;
CREATE TRIGGER ledgers_do_not_change BEFORE UPDATE ON ledgers
BEGIN SELECT raise(ABORT, 'ledgers are not changed'); END;
