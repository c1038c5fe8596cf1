-- Sources whose data is older than their bound, so that each is announced once and not again after a restart.
create table stale_source (
  feed text not null,
  location text not null,
  since timestamptz not null default now(),
  primary key (feed, location)
);
grant select, insert, update, delete on stale_source to zerotrace_service;
