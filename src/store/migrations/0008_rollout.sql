-- Up Migration

-- The share of new tickets that a pack is live for: who set it when and why. The newest of a rollout is in force.
create table rollout_share (
  id bigint generated always as identity primary key,
  pack_id text not null,
  rollout text not null,
  share double precision not null check (share >= 0 and share <= 100),
  set_at timestamptz not null,
  set_by text not null,
  reason text not null,
  -- What spoke against it, where it was set all the same.
  unmet jsonb not null default '[]'
);
create index rollout_share_newest on rollout_share (pack_id, rollout, id desc);

-- The shares in force when a ticket was opened: its workflow is started with them, whoever starts it.
alter table ticket add column shares jsonb;

-- Where nothing of the pack, or not all of it, acts on a ticket.
alter table board add column side text;

-- Down Migration
alter table board drop column side;
alter table ticket drop column shares;
drop table rollout_share;
