-- Lists that people come back to: what is asked for, in which order, as what, with which columns.
create table saved_view (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  -- null: shared with the company
  person_id uuid references person on delete cascade,
  name text not null,
  noun text not null check (noun in ('findings', 'assets', 'components')),
  query text not null default '',
  sort text not null default '',
  view text not null default '',
  -- empty: those that each browser shows
  columns text[] not null default '{}',
  created_at timestamptz not null default now(),
  created_by text not null,
  changed_at timestamptz not null default now(),
  primary key (company_id, id),
  unique nulls not distinct (company_id, person_id, noun, name)
) partition by hash (company_id);
create index saved_view_person on saved_view (person_id);

do $$
begin
  for part in 0..7 loop
    execute format('create table %I partition of saved_view for values with (modulus 8, remainder %s)', 'saved_view_' || part, part);
    -- a partition read directly must not be a way around the parent's policy
    execute format('alter table %I enable row level security', 'saved_view_' || part);
    execute format('alter table %I force row level security', 'saved_view_' || part);
  end loop;
end $$;
alter table saved_view enable row level security;
alter table saved_view force row level security;
create policy company_only on saved_view using (company_id = nullif(current_setting('app.company_id', true), '')::int)
  with check (company_id = nullif(current_setting('app.company_id', true), '')::int);
grant select, insert, update, delete on saved_view to zerotrace_app, zerotrace_service;
