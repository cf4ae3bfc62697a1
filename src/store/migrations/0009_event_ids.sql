-- An id of an event is never used again: what a person decided about one event must not fall to another.
PRAGMA defer_foreign_keys = ON;
CREATE TEMP TABLE kept_events AS SELECT * FROM events;
DROP TABLE events;
CREATE TABLE events (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    representative    INTEGER NOT NULL REFERENCES posts (id),
    title             TEXT NOT NULL,
    level             TEXT NOT NULL,
    level_reason      TEXT NOT NULL,
    phase             TEXT NOT NULL,
    topic             TEXT,
    is_gathering      INTEGER NOT NULL,
    first_at          INTEGER NOT NULL,
    last_at           INTEGER NOT NULL,
    post_count        INTEGER NOT NULL,
    source_count      INTEGER NOT NULL
) STRICT;
INSERT INTO events SELECT * FROM kept_events;
DROP TABLE kept_events;
CREATE INDEX events_by_time ON events (last_at);

-- Events that are gone are known from the records only.
DELETE FROM sqlite_sequence WHERE name = 'events';
INSERT INTO sqlite_sequence (name, seq)
SELECT 'events', coalesce(max(id), 0) FROM (
    SELECT id FROM events
    UNION ALL SELECT event_id FROM event_decisions
    UNION ALL SELECT before.value FROM event_decisions, json_each(event_decisions.before) before
);

-- Decisions about an event that is gone, whose id another one had taken before: that one has no post placed by hand. They
-- stay on record, under no event.
UPDATE event_decisions SET event_id = 0
WHERE event_id IN (SELECT id FROM events)
    AND NOT EXISTS (SELECT 1 FROM placed_by_hand h WHERE h.event_id = event_decisions.event_id);
