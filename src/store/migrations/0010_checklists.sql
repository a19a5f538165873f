-- Up Migration

-- Items of checklists that people tick or untick: every word of theirs is kept, the newest counts.
create table checklist_tick (
  id bigint generated always as identity primary key,
  pack_id text not null,
  checklist text not null,
  item text not null,
  done boolean not null,
  by text not null,
  note text,
  key_name text not null,
  at timestamptz not null
);
create index checklist_tick_item on checklist_tick (pack_id, checklist, item, id);

-- Down Migration
drop table checklist_tick;
