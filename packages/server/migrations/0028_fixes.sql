-- Findings by the action that closes them, kept so that nobody waits for millions of them to be grouped; and the work on it.

-- Which components with open findings a fix concerns: the way from a fix to its findings.
create table fix_component (
  company_id int not null references company,
  component_id int not null,
  ecosystem text not null,
  -- the source package, else the package
  package text not null,
  -- of some findings a fixed version is known, of others not: each is a fix of its own
  has_fix boolean not null,
  primary key (company_id, component_id, has_fix)
) partition by hash (company_id);
create index fix_component_package on fix_component (company_id, ecosystem, package, has_fix, component_id);

-- The open findings of a fix by what queries ask for most.
create table fix_part (
  company_id int not null references company,
  ecosystem text not null,
  package text not null,
  has_fix boolean not null,
  severity_rank smallint not null,
  is_kev boolean not null,
  -- every fixed version, a line each
  fixes text not null,
  finding_count int not null,
  asset_count int not null,
  weight float8 not null,
  max_risk real not null,
  -- of those with the highest risk, a line each
  advisories text not null,
  since timestamptz not null,
  kev_since timestamptz,
  primary key (company_id, ecosystem, package, has_fix, severity_rank, is_kev)
) partition by hash (company_id);

create table fix (
  company_id int not null references company,
  ecosystem text not null,
  package text not null,
  has_fix boolean not null,
  fixed_in text,
  finding_count int not null,
  asset_count int not null,
  kev_count int not null,
  critical int not null,
  high int not null,
  medium int not null,
  low int not null,
  none int not null,
  unknown int not null,
  weight float8 not null,
  max_risk real not null,
  advisories text[] not null,
  critical_since timestamptz,
  high_since timestamptz,
  medium_since timestamptz,
  low_since timestamptz,
  kev_since timestamptz,
  -- of the pairs of component and advisory that statements or decisions close: another key means that the fix is to be summed again
  decided_key bigint,
  primary key (company_id, ecosystem, package, has_fix)
) partition by hash (company_id);
create index fix_weight on fix (company_id, (-weight), ecosystem, package, has_fix) where finding_count > 0;

-- What people do about a fix. What the inventories say of it is computed.
create table fix_work (
  company_id int not null references company,
  ecosystem text not null,
  package text not null,
  has_fix boolean not null,
  state text not null default 'open' check (state in ('open', 'planned', 'in_work', 'done')),
  assignee_id uuid,
  due_on date,
  note text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  updated_by text not null,
  -- when it was called done, by whom, and the version that was the fix then
  claimed_at timestamptz,
  claimed_by text,
  claimed_version text,
  verification text check (verification in ('waiting', 'verified', 'not_fixed', 'came_back')),
  verified_at timestamptz,
  left_finding_count int not null default 0,
  not_fixed_count int not null default 0,
  waiting_count int not null default 0,
  -- of those that still need it
  left_components int[] not null default '{}',
  primary key (company_id, ecosystem, package, has_fix),
  foreign key (company_id, assignee_id) references membership (company_id, person_id) on delete set null (assignee_id)
) partition by hash (company_id);
create index fix_work_updated on fix_work (company_id, updated_at desc, ecosystem, package, has_fix);

do $$
declare
  t text;
  tables constant text[] := array['fix_component', 'fix_part', 'fix', 'fix_work'];
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
  end loop;
end $$;

-- Sums count every asset: who sees some assets only is told what is summed of these.
create policy in_scope on fix as restrictive for select
  using ((select coalesce(current_setting('app.labels', true), '') = ''));
create policy in_scope on fix_part as restrictive for select
  using ((select coalesce(current_setting('app.labels', true), '') = ''));
create policy in_scope on fix_component as restrictive for select
  using ((select coalesce(current_setting('app.labels', true), '') = '') or component_id in (select components_in_scope()));
create policy in_scope on fix_work as restrictive for select
  using ((select coalesce(current_setting('app.labels', true), '') = '') or exists (
    select 1 from fix_component c where c.company_id = fix_work.company_id and c.ecosystem = fix_work.ecosystem
      and c.package = fix_work.package and c.has_fix = fix_work.has_fix));
