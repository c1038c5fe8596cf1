-- Pages that people make for themselves or their company: widgets on a grid, each with what it asks for.
create table dashboard (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  -- null: shared with the company
  person_id uuid references person on delete cascade,
  name text not null,
  widgets jsonb not null default '[]' check (jsonb_typeof(widgets) = 'array'),
  -- grows by one with each change, so that two people do not undo each other's
  revision int not null default 1,
  created_at timestamptz not null default now(),
  created_by text not null,
  changed_at timestamptz not null default now(),
  primary key (company_id, id),
  unique nulls not distinct (company_id, person_id, name)
) partition by hash (company_id);
create index dashboard_person on dashboard (person_id);

do $$
begin
  for part in 0..7 loop
    execute format('create table %I partition of dashboard for values with (modulus 8, remainder %s)', 'dashboard_' || part, part);
    -- a partition read directly must not be a way around the parent's policy
    execute format('alter table %I enable row level security', 'dashboard_' || part);
    execute format('alter table %I force row level security', 'dashboard_' || part);
  end loop;
end $$;
alter table dashboard enable row level security;
alter table dashboard force row level security;
create policy company_only on dashboard using (company_id = nullif(current_setting('app.company_id', true), '')::int)
  with check (company_id = nullif(current_setting('app.company_id', true), '')::int);
grant select, insert, update, delete on dashboard to zerotrace_app, zerotrace_service;
