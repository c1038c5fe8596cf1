-- Global tables: the service role only. They hold every company's package names, so no company may read them.

create table company (
  id int generated always as identity primary key,
  name text not null unique,
  created_at timestamptz not null default now()
);

create table feed_generation (
  id int generated always as identity primary key,
  published_at timestamptz not null default now(),
  meta jsonb not null,
  index_file text not null
);

-- One row per group of ids (a CVE, its GHSA and its DEBIAN-CVE are one). Ids stay with the name over generations.
create table advisory (
  id int generated always as identity primary key,
  name text not null unique,
  aliases text[] not null,
  summary text not null,
  severity text not null,
  cvss real,
  cvss_vector text,
  epss real,
  epss_percentile real,
  kev_added_at date,
  published_at timestamptz,
  modified_at timestamptz,
  attributes_hash text not null
);
create index advisory_aliases on advisory using gin (aliases);
create index advisory_name_prefix on advisory (name text_pattern_ops);

create table advisory_record (
  id text primary key,
  feed text not null,
  modified_at timestamptz,
  hash bytea not null,
  doc text not null
);

create table package (
  id int generated always as identity primary key,
  ecosystem text not null,
  name text not null,
  unique (ecosystem, name)
);

-- Each distinct component once, however many hosts have it. package_id and judged_version are what advisories speak of.
create table component (
  id int generated always as identity primary key,
  ecosystem text not null,
  name text not null,
  version text not null,
  arch text not null,
  source_name text not null,
  source_version text not null,
  package_id int not null references package,
  judged_version text not null,
  purl text not null,
  -- null until judged, and again when a feed changes its package
  judged_generation int,
  verdict text,
  verdict_reason text,
  -- sums over component_match, so that an asset is the sum of its components
  critical int not null default 0,
  high int not null default 0,
  medium int not null default 0,
  low int not null default 0,
  none int not null default 0,
  unknown int not null default 0,
  kev_count int not null default 0,
  max_risk real not null default 0,
  unique (ecosystem, name, version, arch, source_name, source_version)
);
create index component_package on component (package_id);
create index component_to_judge on component (id) where judged_generation is null;

create table component_match (
  component_id int not null references component,
  advisory_id int not null references advisory,
  record_id text not null,
  fixed_in text,
  urgency text not null,
  risk real not null,
  primary key (component_id, advisory_id)
);
create index component_match_advisory on component_match (advisory_id);

-- Company tables: hash-partitioned, row-level security forced. Primary keys begin with company_id.

create table asset (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  kind text not null default 'host',
  name text not null,
  machine_id text not null,
  os text not null,
  ecosystem text not null,
  facts jsonb not null,
  agent_version text not null,
  component_count int not null default 0,
  critical int not null default 0,
  high int not null default 0,
  medium int not null default 0,
  low int not null default 0,
  none int not null default 0,
  unknown int not null default 0,
  kev_count int not null default 0,
  risk real not null default 0,
  covered int not null default 0,
  not_covered int not null default 0,
  unparsable int not null default 0,
  unreadable_sources text[] not null default '{}',
  inventory_wanted boolean not null default true,
  -- its sums are to be computed again
  dirty boolean not null default true,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  inventory_at timestamptz,
  -- the agent's own time of the newest inventory, so that an older one delivered late changes nothing
  inventory_taken_at timestamptz,
  primary key (company_id, id),
  unique (company_id, machine_id)
) partition by hash (company_id);
create index asset_risk on asset (company_id, risk desc, id desc);
create index asset_name on asset (company_id, name, id);
create index asset_seen on asset (company_id, last_seen_at desc, id desc);

create table inventory (
  company_id int not null,
  asset_id uuid not null,
  source text not null,
  status text not null check (status in ('ok', 'unreadable')),
  error text,
  problems text[] not null default '{}',
  digest text,
  component_ids int[] not null default '{}',
  taken_at timestamptz not null,
  primary key (company_id, asset_id, source),
  foreign key (company_id, asset_id) references asset (company_id, id) on delete cascade
) partition by hash (company_id);

create table inventory_delta (
  company_id int not null,
  asset_id uuid not null,
  id bigint generated always as identity,
  source text not null,
  at timestamptz not null default now(),
  added int[] not null,
  removed int[] not null,
  primary key (company_id, asset_id, id),
  foreign key (company_id, asset_id) references asset (company_id, id) on delete cascade
) partition by hash (company_id);

-- One row per company x advisory x component, not per host. Names are copied so that lists read one table.
create table finding (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  component_id int not null,
  advisory_id int not null,
  advisory text not null,
  aliases text[] not null,
  summary text not null,
  ecosystem text not null,
  package text not null,
  source text,
  version text not null,
  purl text not null,
  fixed_in text,
  severity text not null,
  severity_rank smallint not null,
  cvss real,
  epss real,
  kev_added_at date,
  risk real not null,
  urgency text not null,
  record_id text not null,
  status text not null check (status in ('open', 'fixed')),
  asset_count int not null,
  published_at timestamptz,
  first_seen_at timestamptz not null default now(),
  fixed_at timestamptz,
  reopened_at timestamptz,
  primary key (company_id, id),
  unique (company_id, component_id, advisory_id)
) partition by hash (company_id);
create index finding_risk on finding (company_id, status, risk desc, id desc);
create index finding_seen on finding (company_id, status, first_seen_at desc, id desc);
create index finding_package on finding (company_id, status, package, id);
create index finding_epss on finding (company_id, status, (coalesce(epss, -1)) desc, id desc);
create index finding_advisory on finding (company_id, advisory);

create table daily_stat (
  company_id int not null references company,
  day date not null,
  risk real not null,
  critical int not null,
  high int not null,
  medium int not null,
  low int not null,
  none int not null,
  unknown int not null,
  primary key (company_id, day)
) partition by hash (company_id);

create table credential (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  kind text not null check (kind in ('session', 'signin', 'api', 'device', 'enrollment')),
  hash bytea not null,
  previous_hash bytea,
  subject text not null,
  label text not null default '',
  permissions text[] not null,
  asset_id uuid,
  created_at timestamptz not null default now(),
  rotated_at timestamptz,
  expires_at timestamptz,
  uses_left int,
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (company_id, id),
  unique (company_id, hash)
) partition by hash (company_id);
create index credential_previous on credential (company_id, previous_hash) where previous_hash is not null;
create index credential_asset on credential (company_id, asset_id) where asset_id is not null;

create table audit_event (
  company_id int not null references company,
  id bigint generated always as identity,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  target text not null,
  detail jsonb not null,
  ip text not null,
  primary key (company_id, id)
) partition by hash (company_id);

create table outbox (
  company_id int not null references company,
  id bigint generated always as identity,
  at timestamptz not null default now(),
  channel text not null,
  ids text[] not null,
  count int not null,
  summary jsonb not null,
  primary key (company_id, id)
) partition by hash (company_id);

do $$
declare
  t text;
  tables constant text[] := array['asset', 'inventory', 'inventory_delta', 'finding', 'daily_stat', 'credential',
    'audit_event', 'outbox'];
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

-- History is written once.
revoke update, delete on audit_event, inventory_delta from zerotrace_app, zerotrace_service;
-- The notifier serves every company and reads nothing but ids.
create policy notifier on outbox to zerotrace_service using (true);
-- A company may know its own name.
alter table company enable row level security;
create policy own_company on company for select to zerotrace_app
  using (id = nullif(current_setting('app.company_id', true), '')::int);
create policy service_company on company to zerotrace_service using (true) with check (true);
grant select on company to zerotrace_app;
grant select, insert, update, delete on company, feed_generation, advisory, advisory_record, package, component,
  component_match to zerotrace_service;
grant usage on all sequences in schema public to zerotrace_app, zerotrace_service;

create function notify_outbox() returns trigger language plpgsql as $$
begin
  perform pg_notify('zt_outbox', '');
  return null;
end $$;
create trigger outbox_notify after insert on outbox for each statement execute function notify_outbox();
