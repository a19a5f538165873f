-- Up Migration

-- Conversations with assistants. The state holds what people wrote: it is blanked when they are erased.
create table conversation (
  id text primary key,
  pack_id text not null,
  assistant text not null,
  email text,
  state jsonb,
  ticket_id text,
  started_at timestamptz not null,
  updated_at timestamptz not null,
  version int not null
);
create index conversation_email on conversation (lower(email));

-- Down Migration
drop table conversation;
