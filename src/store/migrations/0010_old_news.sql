-- Old news is looked up by piece and time, so that a piece many posts hold costs no more than another.
ALTER TABLE word_pieces RENAME TO all_pieces;
DROP INDEX word_pieces_by_post;
CREATE TABLE word_pieces (
    piece             INTEGER NOT NULL,
    effective_at      INTEGER NOT NULL,
    post_id           INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    PRIMARY KEY (piece, effective_at, post_id)
) STRICT, WITHOUT ROWID;
INSERT INTO word_pieces
SELECT piece, effective_at, post_id FROM (
    SELECT w.piece, p.effective_at, w.post_id,
        row_number() OVER (PARTITION BY w.post_id ORDER BY w.piece) AS number
    FROM all_pieces w JOIN posts p ON p.id = w.post_id
) WHERE number <= 64;
DROP TABLE all_pieces;
CREATE INDEX word_pieces_by_post ON word_pieces (post_id);

-- The old post is found from those that repeat it, and may go.
ALTER TABLE posts RENAME COLUMN old_news_of TO old_news_was;
ALTER TABLE posts ADD COLUMN old_news_of INTEGER REFERENCES posts (id) ON DELETE SET NULL;
UPDATE posts SET old_news_of = old_news_was WHERE old_news_was IS NOT NULL;
ALTER TABLE posts DROP COLUMN old_news_was;
CREATE INDEX posts_by_old_news ON posts (old_news_of) WHERE old_news_of IS NOT NULL;
