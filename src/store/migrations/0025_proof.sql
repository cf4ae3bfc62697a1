-- When the password was last shown again in a session: what matters most asks for it.
ALTER TABLE sessions ADD COLUMN proved_at INTEGER;

-- Wrong passwords are counted for a name from an address, for an address, and for a name from everywhere.
CREATE INDEX sign_in_failures_of_name ON sign_in_failures (name, at);
CREATE INDEX sign_in_failures_of_address ON sign_in_failures (address, at);
