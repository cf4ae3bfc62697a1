-- When the page of a target was first found gone, when the target was given up, and which post its page shows where that
-- is known by another address.
ALTER TABLE targets ADD COLUMN gone_since INTEGER;
ALTER TABLE targets ADD COLUMN given_up_at INTEGER;
ALTER TABLE targets ADD COLUMN shows TEXT;
ALTER TABLE rule_parts ADD COLUMN source_id TEXT;
