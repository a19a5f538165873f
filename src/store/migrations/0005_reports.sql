-- Up Migration

-- What metrics read of each ticket: a fold of its events, brought up to date before it is read. Not in the archive's
-- transaction: nothing that pages anybody waits for a report. `form` is that of the fold; another one is made anew.
create table ticket_history (
  ticket_id text primary key,
  kind text not null,
  seq int not null,
  form int not null,
  opened_at timestamptz not null,
  last_at timestamptz not null,
  closed boolean not null,
  -- Text, as it was written: it is read whole and never searched.
  body json not null
);
create index ticket_history_times on ticket_history (opened_at, last_at);

-- Measurements from outside, for metrics only.
create table series_point (
  id bigint generated always as identity primary key,
  name text not null,
  at timestamptz not null,
  value double precision not null,
  labels jsonb not null default '{}',
  -- Whoever posts it; the same key is the same measurement.
  key text,
  recorded_at timestamptz not null,
  recorded_by text
);
create index series_point_name on series_point (name, at);
create unique index series_point_key on series_point (name, key) where key is not null;

-- Reports as they were sent. They can be computed again from the archive; this is what people were told.
create table report (
  pack_id text not null,
  name text not null,
  -- 2025-01, 2025-W05, 2025-Q1, 2025-01-27.
  period text not null,
  period_from timestamptz not null,
  period_to timestamptz not null,
  -- The intended instant.
  due_at timestamptz not null,
  made_at timestamptz not null,
  pack_hash text not null,
  title text not null,
  html text not null,
  text text not null,
  content jsonb not null,
  -- Images of the mail, by content id.
  images jsonb not null default '{}',
  primary key (pack_id, name, period)
);

-- Down Migration
drop table report, series_point, ticket_history;
