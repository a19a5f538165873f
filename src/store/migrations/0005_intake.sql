-- Up Migration
-- What intake was told and what it answered: an event of a source counts once.
create table intake_event (
  source text not null,
  event text not null,
  answer jsonb not null,
  at timestamptz not null,
  primary key (source, event)
);

-- What goes on outside: a mail thread, a conversation, a call, a ticket of another system, a widget's user.
create table intake_thread (
  source text not null,
  thread text not null,
  ticket_id text,
  data jsonb not null default '{}',
  updated_at timestamptz not null,
  primary key (source, thread)
);

create table intake_waiting (
  channel text not null,
  id text not null,
  queue text not null,
  rank int not null,
  name text not null,
  plan text not null,
  since timestamptz not null,
  left_at timestamptz,
  primary key (channel, id)
);
create index intake_waiting_line on intake_waiting (channel, queue, rank desc, since) where left_at is null;

-- Pages and articles that somebody looked at: no tickets come of them.
create table intake_view (
  id bigint generated always as identity primary key,
  source text not null,
  kind text not null,
  what text not null,
  who text,
  at timestamptz not null,
  data jsonb not null
);
create index intake_view_who on intake_view (source, who, at desc);

-- Down Migration
drop table intake_view, intake_waiting, intake_thread, intake_event;
