-- Hosts that asked to be left alone (Retry-After): every process of the folder obeys until then.
CREATE TABLE hosts (
    name          TEXT PRIMARY KEY,
    closed_until  INTEGER NOT NULL
) STRICT;
