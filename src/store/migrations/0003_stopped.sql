-- 停采: a source that was refused again and again stops itself, until a person has looked.
ALTER TABLE sources ADD COLUMN refusal_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN stopped_at INTEGER;
