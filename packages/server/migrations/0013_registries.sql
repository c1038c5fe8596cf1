-- Registries that are watched: what is new in them is scanned.
create table registry (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  name text not null,
  -- as in an image's name: ghcr.io, registry.example.com:5000
  host text not null,
  rules jsonb not null,
  -- linux/arm64; the server's own when empty
  platform text not null default '',
  user_name text not null default '',
  -- the password or token, sealed under the company's key
  secret text,
  interval_minutes int not null check (interval_minutes > 0),
  next_look_at timestamptz not null default now(),
  looking_since timestamptz,
  last_looked_at timestamptz,
  last_error text,
  problems text[] not null default '{}',
  -- of the last look
  repository_count int not null default 0,
  request_count int not null default 0,
  created_at timestamptz not null default now(),
  created_by text not null,
  primary key (company_id, id),
  unique (company_id, name)
) partition by hash (company_id);
create index registry_due on registry (company_id, next_look_at);
create index registry_host on registry (company_id, host);

create table registry_tag (
  company_id int not null,
  registry_id uuid not null,
  repository text not null,
  tag text not null,
  -- as of the last look, and of what the asset was made; null before the first scan
  digest text not null,
  scanned_digest text,
  -- unwatched: it is there, and the rules do not choose it any more
  state text not null check (state in ('waiting', 'scanning', 'scanned', 'failed', 'gone', 'unwatched')),
  asset_id uuid,
  upload_id uuid,
  error text,
  first_seen_at timestamptz not null default now(),
  scanned_at timestamptz,
  primary key (company_id, registry_id, repository, tag),
  foreign key (company_id, registry_id) references registry (company_id, id) on delete cascade
) partition by hash (company_id);
create index registry_tag_upload on registry_tag (company_id, upload_id) where upload_id is not null;
create index registry_tag_digest on registry_tag (company_id, scanned_digest) where scanned_digest is not null;
create index registry_tag_open on registry_tag (company_id, registry_id) where state in ('waiting', 'scanning');

do $$
declare
  t text;
  tables constant text[] := array['registry', 'registry_tag'];
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
