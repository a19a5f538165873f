-- Up Migration

-- The knowledge base. Content comes from a pack's folder or from the editor; a version is never changed.
create table knowledge_tree (
  pack_id text primary key,
  body jsonb not null,
  updated_at timestamptz not null
);

create table knowledge_version (
  pack_id text not null,
  slug text not null,
  language text not null,
  version int not null check (version > 0),
  title text not null,
  type text not null,
  -- What else the author says of it: category, categories, difficulty, reading time, related.
  head jsonb not null,
  body text not null,
  author text not null,
  at timestamptz not null,
  -- Of content that came from a folder: the same content is not imported again, whatever was edited since.
  source_hash text,
  search tsvector not null,
  primary key (pack_id, slug, language, version)
);
create index knowledge_version_search on knowledge_version using gin (search);

-- A visit: what was looked for and read, and whether a ticket came of it. No person is named.
create table knowledge_session (
  id text primary key,
  pack_id text not null,
  channel text not null,
  started_at timestamptz not null,
  last_at timestamptz not null,
  ticket_id text,
  ticket_at timestamptz
);
create index knowledge_session_started on knowledge_session (pack_id, started_at);

create table knowledge_use (
  id bigint generated always as identity primary key,
  session_id text not null references knowledge_session (id),
  kind text not null check (kind in ('view', 'search', 'suggestion')),
  slug text,
  language text,
  version int,
  query text,
  hits int,
  at timestamptz not null
);
create index knowledge_use_article on knowledge_use (slug, at);
create index knowledge_use_session on knowledge_use (session_id);

create table knowledge_vote (
  session_id text not null references knowledge_session (id),
  pack_id text not null,
  slug text not null,
  language text not null,
  version int not null,
  helpful boolean not null,
  at timestamptz not null,
  primary key (session_id, pack_id, slug, language, version)
);
create index knowledge_vote_article on knowledge_vote (pack_id, slug);

create table knowledge_comment (
  id bigint generated always as identity primary key,
  session_id text not null references knowledge_session (id),
  pack_id text not null,
  slug text not null,
  language text not null,
  version int not null,
  text text not null,
  at timestamptz not null
);
create index knowledge_comment_article on knowledge_comment (pack_id, slug);

-- Keys of editors write the knowledge base and read its comments.
alter table api_key drop constraint api_key_role_check;
alter table api_key add constraint api_key_role_check
  check (role in ('intake', 'agent', 'commander', 'ops', 'admin', 'editor'));

-- Down Migration
delete from api_key where role = 'editor';
alter table api_key drop constraint api_key_role_check;
alter table api_key add constraint api_key_role_check check (role in ('intake', 'agent', 'commander', 'ops', 'admin'));
drop table knowledge_comment, knowledge_vote, knowledge_use, knowledge_session, knowledge_version, knowledge_tree;
