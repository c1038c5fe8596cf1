-- The keys that seal a company's secrets, themselves sealed under a master key that the database never sees.
create table company_data_key (
  company_id int not null references company,
  id text not null,
  -- which master key wraps it, so that a rotation finds what is left to do
  master_key_id text not null,
  wrapped text not null,
  created_at timestamptz not null default now(),
  rewrapped_at timestamptz,
  primary key (company_id, id)
) partition by hash (company_id);

do $$
declare
  t constant text := 'company_data_key';
begin
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
end $$;

-- A lost key is lost data: nobody deletes one, and only jobs put one under another master key.
grant select, insert on company_data_key to zerotrace_app, zerotrace_service;
grant update (master_key_id, wrapped, rewrapped_at) on company_data_key to zerotrace_service;
