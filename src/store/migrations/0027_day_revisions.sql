-- 按日修订 — how often what a ledger counts of a day was changed, so that the count of every other day can be kept. A day
-- is 86,400,000 ms from the Unix epoch on, in no time zone. Rows are never taken away: a revision only grows.
CREATE TABLE day_revisions (
    day               INTEGER PRIMARY KEY,
    revision          INTEGER NOT NULL
) STRICT;

CREATE TRIGGER post_changes_its_day AFTER INSERT ON posts
BEGIN
    INSERT INTO day_revisions VALUES (new.effective_at / 86400000, 1)
    ON CONFLICT (day) DO UPDATE SET revision = revision + 1;
END;

CREATE TRIGGER changed_post_changes_its_days AFTER UPDATE ON posts
WHEN (old.effective_at, old.channel, old.is_official, old.repost_of, old.outlet, old.source_name, old.source_id,
      old.published_at, old.published_precision, old.first_seen_at)
    IS NOT (new.effective_at, new.channel, new.is_official, new.repost_of, new.outlet, new.source_name, new.source_id,
      new.published_at, new.published_precision, new.first_seen_at)
BEGIN
    INSERT INTO day_revisions VALUES (old.effective_at / 86400000, 1)
    ON CONFLICT (day) DO UPDATE SET revision = revision + 1;
    INSERT INTO day_revisions VALUES (new.effective_at / 86400000, 1)
    ON CONFLICT (day) DO UPDATE SET revision = revision + 1;
END;

CREATE TRIGGER lost_post_changes_its_day BEFORE DELETE ON posts
BEGIN
    INSERT INTO day_revisions VALUES (old.effective_at / 86400000, 1)
    ON CONFLICT (day) DO UPDATE SET revision = revision + 1;
END;

CREATE TRIGGER judgement_changes_its_day AFTER INSERT ON effective_judgements
BEGIN
    INSERT INTO day_revisions SELECT effective_at / 86400000, 1 FROM posts WHERE id = new.post_id
    ON CONFLICT (day) DO UPDATE SET revision = revision + 1;
END;

CREATE TRIGGER changed_judgement_changes_its_day AFTER UPDATE ON effective_judgements
WHEN (old.about, old.relevant, old.level, old.sentiment, old.intent, old.jurisdiction, old.place, old.topics)
    IS NOT (new.about, new.relevant, new.level, new.sentiment, new.intent, new.jurisdiction, new.place, new.topics)
BEGIN
    INSERT INTO day_revisions SELECT effective_at / 86400000, 1 FROM posts WHERE id = new.post_id
    ON CONFLICT (day) DO UPDATE SET revision = revision + 1;
END;

CREATE TRIGGER lost_judgement_changes_its_day AFTER DELETE ON effective_judgements
BEGIN
    INSERT INTO day_revisions SELECT effective_at / 86400000, 1 FROM posts WHERE id = old.post_id
    ON CONFLICT (day) DO UPDATE SET revision = revision + 1;
END;

-- All that a ledger asks of a post itself, so that counting a year reads no texts.
DROP INDEX posts_to_count;
CREATE INDEX posts_to_count ON posts (effective_at, channel, is_official, repost_of, outlet, source_name,
    source_id, published_at, published_precision, first_seen_at);
