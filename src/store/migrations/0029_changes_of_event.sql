-- Whether anything changed in an event is read from the index: how many posts it has, and the latest revision of one.
CREATE INDEX posts_of_event_by_revision ON posts (event_id, revision) WHERE event_id IS NOT NULL;
