-- What is counted of an event is read from the index alone: an event of thousands of posts costs no look at their texts.
DROP INDEX posts_by_event;
CREATE INDEX posts_of_event
    ON posts (event_id, effective_at, first_seen_at, is_official, channel) WHERE event_id IS NOT NULL;
