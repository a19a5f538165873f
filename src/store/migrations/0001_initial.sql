-- Up Migration

-- Personal data live in party and message, and nowhere else by intent (design.md, decision 21).
create table party (
  id bigint generated always as identity primary key,
  name text,
  email text,
  attributes jsonb not null default '{}',
  created_at timestamptz not null,
  erased_at timestamptz
);
create unique index party_email on party (lower(email)) where erased_at is null;

-- Copies of record of published packs; the workers read them from disk (decision 6).
create table policy_version (
  hash text primary key,
  pack_id text not null,
  version text not null,
  body jsonb not null,
  templates jsonb not null default '{}',
  published_at timestamptz not null,
  published_by text
);
create index policy_version_pack on policy_version (pack_id, published_at);

create table setting (
  key text primary key,
  value jsonb not null
);

-- The gap-free counter of TICK-YYYYMMDD-NNN (decision 12).
create table ticket_day (
  day date primary key,
  last int not null check (last > 0)
);

create table ticket (
  id text primary key,
  number bigint not null unique,
  pack_id text not null,
  pack_hash text not null,
  opened_at timestamptz not null,
  received_at timestamptz not null,
  idempotency_key text unique,
  request_hash text not null,
  party_id bigint not null references party (id),
  -- What the message does not hold: channel, plan, priority, category, tags, external id.
  opening jsonb not null,
  -- Null until the workflow was started: the sweeper looks for these.
  started_at timestamptz,
  archived_at timestamptz,
  last_confirmed_seq int not null default 0
);
create index ticket_unstarted on ticket (opened_at) where started_at is null;
create index ticket_party on ticket (party_id);

create table message (
  id bigint generated always as identity primary key,
  ticket_id text not null references ticket (id),
  party_id bigint not null references party (id),
  subject text,
  body text,
  -- The opening's customer and fields as they were given.
  details jsonb,
  received_at timestamptz not null
);
create index message_ticket on message (ticket_id);

-- The archive. No reference to ticket: it takes what a workflow confirms, whoever started that workflow.
create table ticket_event (
  ticket_id text not null,
  seq int not null check (seq > 0),
  at timestamptz not null,
  recorded_at timestamptz not null,
  type text not null,
  subject text,
  by jsonb not null,
  cause text not null,
  clauses text[] not null default '{}',
  data jsonb not null,
  patch jsonb,
  version int not null,
  primary key (ticket_id, seq)
);

-- Read models: made from ticket_event alone, but for the agenda, which the ticket's workflow sends along.
create table board (
  ticket_id text primary key,
  number text,
  subject text,
  plan text,
  priority text,
  status text,
  tier text,
  queue text,
  owner text,
  level jsonb not null default '{}',
  breached boolean not null default false,
  updated_seq int not null,
  opened_at timestamptz,
  updated_at timestamptz,
  next_due_at timestamptz,
  next_due_label text,
  agenda jsonb
);
create index board_next_due on board ((coalesce(next_due_at, timestamptz 'infinity')), ticket_id);
create index board_opened on board ((coalesce(opened_at, timestamptz 'infinity')), ticket_id);

create table sla_result (
  ticket_id text not null,
  -- The event that began it.
  seq int not null,
  commitment text not null,
  -- One tick of a cadence, or the commitment itself.
  tick boolean not null,
  anchor_at timestamptz,
  due_at timestamptz,
  met_at timestamptz,
  breached_at timestamptz,
  outcome text not null check (outcome in ('open', 'met', 'late', 'breached', 'cancelled')),
  primary key (ticket_id, seq)
);
create index sla_result_commitment on sla_result (commitment, due_at);

create table delivery_log (
  ticket_id text not null,
  key text not null,
  seq int not null,
  at timestamptz not null,
  channel text,
  role text,
  template text,
  name text,
  path text,
  level int,
  outcome text not null check (outcome in ('pending', 'delivered', 'failed', 'unreached', 'dropped')),
  settled_at timestamptz,
  primary key (ticket_id, key)
);

-- The ledger (decision 3): one row a key. Not a read model; the activities write it.
create table delivery (
  key text primary key,
  ticket_id text not null,
  channel text not null,
  role text not null,
  recipient text,
  template text,
  state text not null check (state in ('claimed', 'sent', 'failed', 'dropped')),
  attempts int not null default 1,
  duplicates int not null default 0,
  due_at timestamptz not null,
  claimed_at timestamptz,
  settled_at timestamptz,
  sent_at timestamptz,
  provider text,
  provider_id text,
  receipt jsonb,
  last_error text
);
create index delivery_ticket on delivery (ticket_id, due_at);
create index delivery_unsettled on delivery (due_at) where state = 'claimed';

create table api_key (
  id bigint generated always as identity primary key,
  name text not null,
  role text not null check (role in ('intake', 'agent', 'commander', 'ops', 'admin')),
  hash text not null unique,
  prefix text not null,
  created_at timestamptz not null,
  revoked_at timestamptz,
  last_used_at timestamptz
);

create table on_call_override (
  id bigint generated always as identity primary key,
  rota text,
  role text,
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  person jsonb not null,
  by text,
  created_at timestamptz not null,
  check ((rota is null) <> (role is null))
);
create index on_call_override_ends on on_call_override (ends_at);

-- The own status page: the newest state of an incident (its lead ticket), and every update that was published.
create table status_page_incident (
  ticket_id text primary key,
  title text not null,
  state text not null,
  text text not null,
  at timestamptz not null,
  started_at timestamptz not null,
  next_update_due timestamptz,
  resolved_at timestamptz
);
create table status_page_update (
  key text primary key,
  ticket_id text not null references status_page_incident (ticket_id),
  state text not null,
  text text not null,
  at timestamptz not null
);
create index status_page_update_ticket on status_page_update (ticket_id, at);

-- Down Migration
drop table status_page_update, status_page_incident, on_call_override, api_key, delivery, delivery_log, sla_result,
  board, ticket_event, message, ticket, ticket_day, setting, policy_version, party;
