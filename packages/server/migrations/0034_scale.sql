-- What a company of ten thousand hosts asks for in a keystroke, kept when findings are computed: taking 10,000 inventories apart, or
-- counting four million rows, takes seconds.

-- Which components a company has, on how many assets. What is searched is kept here too, so that a page is read in the order of names
-- however much the dictionary holds of others.
create table held_component (
  company_id int not null,
  component_id int not null,
  name text collate "C" not null,
  -- its own name and that of its source, in small letters
  words text collate "C" not null,
  asset_count int not null,
  primary key (company_id, component_id)
) partition by hash (company_id);
create index held_component_name on held_component (company_id, name, component_id);

-- The counts of a company's open findings, as they are in the rows, and how many of its components got a verdict, by ecosystem.
create table company_total (
  company_id int not null primary key,
  critical int not null,
  high int not null,
  medium int not null,
  low int not null,
  "none" int not null,
  unknown int not null,
  finding_count int not null,
  package_count int not null,
  kev_count int not null,
  fixable_count int not null,
  coverage jsonb not null
) partition by hash (company_id);

do $$
declare
  t text;
  tables constant text[] := array['held_component', 'company_total'];
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
    execute format('grant select, insert, update, delete on %I to zerotrace_app, zerotrace_service', t);
    -- The counts are of all assets: who sees some assets only reads none.
    execute format('create policy in_scope on %I as restrictive for select
      using ((select coalesce(current_setting(''app.labels'', true), '''') = ''''))', t);
  end loop;
end $$;

-- How many of a component's matches name a version that mends them.
alter table component add column fixable integer not null default 0;
update component c set fixable = m.n
from (select component_id, count(fixed_in)::int as n from component_match group by 1) m where m.component_id = c.id and m.n > 0;

-- Any part of a name. Where the extension is not there, a search reads the dictionary.
do $$
begin
  create schema if not exists trigram;
  create extension if not exists pg_trgm with schema trigram;
  create index component_words on component using gin ((lower(name || ' ' || source_name)) trigram.gin_trgm_ops);
exception when others then
  raise notice 'pg_trgm is not there: %', sqlerrm;
end $$;

-- Findings are computed anew once, which fills the tables.
do $$
begin
  -- on a new database there is no queue yet, and nothing to compute
  if exists (select 1 from company) then
    perform public.enqueue_job('enrich', jsonb_build_object('companyId', id), 'enrich:' || id, 0, null, 25, 'company:' || id) from company;
  end if;
end $$;
