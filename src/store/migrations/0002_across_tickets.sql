-- Up Migration

-- Tickets of other kinds have no customer; one open ticket for each pack, kind and key.
alter table ticket alter column party_id drop not null;
alter table ticket add column kind text not null default 'support';
alter table ticket add column key text;
create index ticket_kind_key on ticket (pack_id, kind, key) where key is not null;
alter table message alter column party_id drop not null;

alter table board add column kind text not null default 'support';

-- Roles and groups of the procedure whose members hold the key: who may read what is restricted.
alter table api_key add column groups text[] not null default '{}';

-- Read model: what conditions read as `ticket`, for questions about other tickets and for registers. Rows of tickets that
-- were archived before this migration come with their next event, or with `tocsin store rebuild`.
create table ticket_snapshot (
  ticket_id text primary key,
  pack_id text,
  kind text not null,
  key text,
  opened_at timestamptz,
  resolved_at timestamptz,
  closed boolean not null,
  ticket jsonb not null,
  updated_seq int not null
);
create index ticket_snapshot_kind on ticket_snapshot (pack_id, kind, opened_at desc);
create index ticket_snapshot_ticket on ticket_snapshot using gin (ticket jsonb_path_ops);

-- What one ticket has to be told of others: written with the archive, taken to the workflow by a worker (decision 11).
create table ticket_message (
  id bigint generated always as identity primary key,
  ticket_id text not null,
  key text not null,
  kind text not null check (kind in ('fact', 'told')),
  -- The fact, or the sender.
  about text not null,
  at timestamptz not null,
  body jsonb not null,
  created_at timestamptz not null,
  attempts int not null default 0,
  next_try_at timestamptz not null,
  outcome text check (outcome in ('sent', 'dropped')),
  settled_at timestamptz,
  last_error text,
  unique (ticket_id, key)
);
create index ticket_message_waiting on ticket_message (ticket_id, id) where outcome is null;
create index ticket_message_about on ticket_message (ticket_id, kind, about, id);

-- Down Migration
drop table ticket_message, ticket_snapshot;
alter table api_key drop column groups;
alter table board drop column kind;
alter table ticket drop column kind, drop column key;
