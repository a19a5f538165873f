-- Up Migration

-- What roles have said of a version of a pack: append-only, the newest word of a role counts. A version is active only when
-- every role that it names (version.approved_by) is in favour; `waive` records that nobody was asked.
create table policy_approval (
  id bigint generated always as identity primary key,
  hash text not null references policy_version (hash),
  role text not null,
  decision text not null check (decision in ('approve', 'reject', 'waive')),
  decided_at timestamptz not null,
  decided_by text not null,
  note text not null default ''
);
create index policy_approval_newest on policy_approval (hash, role, id desc);

-- Down Migration
drop table policy_approval;
