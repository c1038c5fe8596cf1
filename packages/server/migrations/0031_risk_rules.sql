-- What assets are worth and how far they are reachable: set by hand, else by the first of the company's rules that matches.

create table risk_rule (
  company_id int not null references company,
  -- from 1; the first that matches wins
  position smallint not null,
  name text not null,
  -- on assets, in the language of queries
  condition text not null,
  criticality text check (criticality in ('critical', 'high', 'normal', 'low')),
  exposure text check (exposure in ('internet', 'internal', 'isolated')),
  changed_at timestamptz not null default now(),
  changed_by text not null,
  primary key (company_id, position),
  unique (company_id, name),
  check (num_nonnulls(criticality, exposure) > 0)
) partition by hash (company_id);

do $$
begin
  for part in 0..7 loop
    execute format('create table %I partition of risk_rule for values with (modulus 8, remainder %s)', 'risk_rule_' || part, part);
    -- a partition read directly must not be a way around the parent's policy
    execute format('alter table %I enable row level security', 'risk_rule_' || part);
    execute format('alter table %I force row level security', 'risk_rule_' || part);
  end loop;
end $$;
alter table risk_rule enable row level security;
alter table risk_rule force row level security;
-- Not restricted to who sees all assets: the server reads the rules when somebody relabels one asset that they see. The route is.
create policy company_only on risk_rule using (company_id = nullif(current_setting('app.company_id', true), '')::int)
  with check (company_id = nullif(current_setting('app.company_id', true), '')::int);
grant select, insert, update, delete on risk_rule to zerotrace_app, zerotrace_service;

-- By whom: '' nobody, 'hand', or 'rule:' and its name.
alter table asset
  add column criticality text check (criticality in ('critical', 'high', 'normal', 'low')),
  add column criticality_by text not null default '',
  add column exposure text check (exposure in ('internet', 'internal', 'isolated')),
  add column exposure_by text not null default '',
  -- The points of both are the same for every finding of an asset: the highest of its findings moves by just these, and sums are kept
  -- without them. As assetPoints in core has them, which a test compares.
  add column weighted_risk real not null generated always as (case when risk > 0 then risk
    + case exposure when 'internet' then 6::real when 'internal' then 3::real else 0::real end
    + case criticality when 'critical' then 6::real when 'high' then 4.2::real when 'normal' then 2.4::real else 0::real end
    else 0::real end) stored;

-- Lists show and sort the risk with them.
drop index asset_risk;
create index asset_risk on asset (company_id, weighted_risk desc, id desc);
