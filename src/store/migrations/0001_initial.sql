-- Up Migration
create table party (
  id bigint generated always as identity primary key,
  name text, email text, attributes jsonb not null default '{}', erased_at timestamptz
);
create table policy_version (
  hash text primary key, pack_id text not null, version text not null,
  body jsonb not null, templates jsonb not null default '{}',
  published_at timestamptz not null default now()
);
create table setting (key text primary key, value jsonb not null);
create table ticket_day (day date primary key, last int not null);
create table ticket (
  id text primary key,
  number bigint not null unique,
  pack_id text not null,
  pack_hash text not null,
  received_at timestamptz not null,
  opened_at timestamptz not null,
  idempotency_key text unique,
  request_hash text,
  party_id bigint not null references party (id),
  opening jsonb not null,
  started_at timestamptz,
  archived_seq bigint not null default 0
);
create index ticket_unstarted on ticket (opened_at) where started_at is null;
create table message (
  id bigint generated always as identity primary key,
  ticket_id text not null references ticket (id), party_id bigint references party (id),
  subject text, body text, received_at timestamptz not null
);
create table ticket_event (
  ticket_id text not null, seq int not null,
  at timestamptz not null, recorded_at timestamptz not null,
  type text not null, subject text, by jsonb not null, cause text not null,
  clauses text[] not null default '{}', data jsonb not null, patch jsonb,
  version int not null default 1,
  primary key (ticket_id, seq)
);
create table board (
  ticket_id text primary key, seq int not null, number text, subject text, customer text, plan text, pack text,
  priority text, status text, tier text, queue text, owner text, level text,
  breached boolean not null default false, opened_at timestamptz, updated_at timestamptz,
  next_due_at timestamptz, next_due jsonb not null default '[]'
);
create index board_next_due on board (next_due_at, ticket_id) where status not in ('resolved', 'closed');
create table sla_result (
  ticket_id text not null, commitment text not null, due_at timestamptz not null,
  met_at timestamptz, breached_at timestamptz, late boolean not null default false,
  primary key (ticket_id, commitment, due_at)
);
create table delivery (
  key text primary key, ticket_id text not null, channel text not null, role text, recipient text, template text,
  state text not null, attempts int not null default 1, due_at timestamptz not null,
  claimed_at timestamptz not null, settled_at timestamptz, receipt jsonb
);
create index delivery_ticket on delivery (ticket_id, due_at);
create table api_key (
  id bigint generated always as identity primary key,
  name text not null, role text not null, prefix text not null, hash text not null unique,
  created_at timestamptz not null default now(), revoked_at timestamptz
);
create table on_call_override (
  id bigint generated always as identity primary key,
  rota text, role text, starts_at timestamptz not null, ends_at timestamptz not null, person jsonb not null,
  created_at timestamptz not null default now()
);
create table status_page (
  ticket_id text primary key, title text not null, state text not null, text text not null,
  at timestamptz not null, next_update_at timestamptz, resolved_at timestamptz
);
create table status_page_update (
  key text primary key, ticket_id text not null, state text not null, text text not null, at timestamptz not null
);
