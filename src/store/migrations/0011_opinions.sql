-- 采纳 — what follows from the corrections in force: does the last word on a field of a post agree with the machine, and
-- which rules were behind the machine's word (`-`: none).
CREATE TABLE opinions (
    rule              TEXT NOT NULL,
    field             TEXT NOT NULL,
    post_id           INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    agrees            INTEGER NOT NULL,
    PRIMARY KEY (rule, field, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX opinions_by_post ON opinions (post_id);

INSERT INTO opinions (rule, field, post_id, agrees)
SELECT DISTINCT r.value, f.key, c.post_id,
    CASE f.key
        WHEN 'topic' THEN c.label ->> '$.topics[0]' IS c.machine ->> '$.topics[0]'
        ELSE c.label ->> f.key IS c.machine ->> f.key
    END
FROM corrections c,
    json_each(c.rules) f,
    json_each(CASE f.value WHEN '[]' THEN '["-"]' ELSE f.value END) r
WHERE c.id = (
    SELECT max(l.id) FROM corrections l
    WHERE l.post_id = c.post_id AND json_type(l.rules, '$.' || f.key) IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM withdrawals w WHERE w.correction_id = l.id)
);
