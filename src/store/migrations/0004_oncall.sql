-- Up Migration
-- Calendar feeds: whoever knows the secret reads a rotation. Only its hash is kept.
create table calendar_feed (
  token_hash text primary key,
  rota text,
  person text,
  by text,
  created_at timestamptz not null,
  revoked_at timestamptz
);

-- Down Migration
drop table calendar_feed;
