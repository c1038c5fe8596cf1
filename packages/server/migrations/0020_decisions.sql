-- What people decide of findings: accept the risk, false positive, not affected, deferred. A finding is never changed by one:
-- decision_finding says on which findings a decision stands, and vex_effect which of them are closed by it.

create table decision (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  kind text not null check (kind in ('accept_risk', 'false_positive', 'not_affected', 'deferred')),
  -- in the language of queries
  scope text not null,
  -- the scope names assets: it decides on those alone
  by_asset boolean not null,
  reason text not null,
  owner text not null,
  created_at timestamptz not null default now(),
  created_by text not null,
  needs_approval boolean not null,
  approved_at timestamptz,
  approved_by text,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_by text,
  -- it is over, and what it closed is open again
  ended_at timestamptz,
  primary key (company_id, id),
  -- a second person is another one
  check (approved_by <> created_by)
) partition by hash (company_id);
create index decision_newest on decision (company_id, created_at desc, id desc);
create index decision_live on decision (company_id) where ended_at is null;

create table decision_finding (
  company_id int not null,
  decision_id uuid not null,
  component_id int not null,
  advisory_id int not null,
  -- as it was when it was decided: what is worse than this was not decided
  severity_rank smallint not null,
  is_kev boolean not null,
  -- the decision stands on it now
  in_force boolean not null,
  -- all assets that have it are decided on
  closes boolean not null,
  lapsed_at timestamptz,
  lapse text check (lapse in ('severity', 'kev')),
  primary key (company_id, component_id, advisory_id, decision_id),
  foreign key (company_id, decision_id) references decision (company_id, id) on delete cascade
) partition by hash (company_id);
create index decision_finding_decision on decision_finding (company_id, decision_id);

-- The assets of decisions whose scope names some.
create table decision_asset (
  company_id int not null,
  decision_id uuid not null,
  asset_id uuid not null,
  primary key (company_id, asset_id, decision_id),
  foreign key (company_id, decision_id) references decision (company_id, id) on delete cascade,
  foreign key (company_id, asset_id) references asset (company_id, id) on delete cascade
) partition by hash (company_id);
create index decision_asset_decision on decision_asset (company_id, decision_id);

-- A finding is decided on by a statement or by a decision, which outranks it.
alter table vex_effect
  alter column statement_id drop not null,
  add column decision_id uuid,
  add constraint vex_effect_one check (num_nonnulls(statement_id, decision_id) = 1),
  add constraint vex_effect_decision_fkey foreign key (company_id, decision_id) references decision (company_id, id)
    on delete cascade;
create index vex_effect_decision on vex_effect (company_id, decision_id) where decision_id is not null;

do $$
declare
  t text;
  tables constant text[] := array['decision', 'decision_finding', 'decision_asset'];
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

-- Its scope and reason may name assets: who sees some assets only reads none.
create policy in_scope on decision as restrictive for select
  using ((select coalesce(current_setting('app.labels', true), '') = ''));
