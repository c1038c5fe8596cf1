-- What the provider allows a company, by name; no row: no limit. A company reads its own and changes none.
create table company_limit (
  company_id int not null references company,
  name text not null,
  value bigint not null check (value >= 0),
  changed_at timestamptz not null default now(),
  changed_by text not null,
  primary key (company_id, name)
) partition by hash (company_id);

-- What a company used on a day (UTC).
create table company_usage (
  company_id int not null references company,
  day date not null,
  components_added bigint not null default 0,
  storage_bytes bigint,
  primary key (company_id, day)
) partition by hash (company_id);

do $$
declare
  t text;
  tables constant text[] := array['company_limit', 'company_usage'];
begin
  foreach t in array tables loop
    for part in 0..7 loop
      execute format('create table %I partition of %I for values with (modulus 8, remainder %s)', t || '_' || part, t, part);
      -- a partition read directly must not be a way around the parent's policy
      execute format('alter table %I enable row level security', t || '_' || part);
      execute format('alter table %I force row level security', t || '_' || part);
    end loop;
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format(
      'create policy company_only on %I using (company_id = nullif(current_setting(''app.company_id'', true), '''')::int)
       with check (company_id = nullif(current_setting(''app.company_id'', true), '''')::int)', t);
  end loop;
end $$;
grant select on company_limit to zerotrace_app;
grant select, insert, update, delete on company_limit, company_usage to zerotrace_service;
grant select, insert, update on company_usage to zerotrace_app;
