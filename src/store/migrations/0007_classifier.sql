-- Up Migration

-- What answers a pack's questions to a model: published with it, under the same hash.
alter table policy_version add column classifier jsonb;

-- Down Migration
alter table policy_version drop column classifier;
