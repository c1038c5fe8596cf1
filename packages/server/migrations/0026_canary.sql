-- Two companies of the server's own between which it checks, by the hour, that nothing crosses. Nobody belongs to them.
alter table company add column canary text unique check (canary in ('holder', 'spy'));

-- What the last check found; one row for the whole platform.
create table canary_run (
  one boolean primary key default true check (one),
  ran_at timestamptz not null,
  ok boolean not null,
  question_count int not null,
  faults text[] not null
);
grant select, insert, update on canary_run to zerotrace_service;
