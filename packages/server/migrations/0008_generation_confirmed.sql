-- What the sources looked like when a generation was read from them, and when they were last found to look the same.
alter table feed_generation
  add column source_stamp text,
  add column confirmed_at timestamptz not null default now();
