-- Assets that no agent reports: images and repositories, each branch or tag an asset of its own beside those of the same name.
alter table asset
  add column branch text not null default '',
  -- what the newest document says it is: a digest, a commit, a release
  add column version text not null default '';

-- A document or an image that was given to the server, and how far it is.
create table upload (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  kind text not null check (kind in ('sbom', 'image')),
  -- the file, or the image as it was asked for
  name text not null,
  -- what it was asked with: kind, name, branch and version of the asset; the platform of an image
  asked jsonb not null,
  state text not null check (state in ('waiting', 'receiving', 'reading', 'storing', 'done', 'failed')),
  says text not null default '',
  done_bytes bigint not null default 0,
  total_bytes bigint,
  asset_id uuid,
  component_count int not null default 0,
  not_judged_count int not null default 0,
  added_count int not null default 0,
  removed_count int not null default 0,
  problem_count int not null default 0,
  problems text[] not null default '{}',
  error text,
  added_by text not null,
  added_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  primary key (company_id, id)
) partition by hash (company_id);
create index upload_newest on upload (company_id, added_at desc, id desc);

-- Where the components of an asset were found, and what else is said of each there.
create table component_place (
  company_id int not null,
  asset_id uuid not null,
  component_id int not null,
  paths text[] not null,
  -- the digest of the image's layer; empty when not told
  layer text not null,
  license text not null,
  is_direct boolean,
  is_dev boolean,
  primary key (company_id, asset_id, component_id),
  foreign key (company_id, asset_id) references asset (company_id, id) on delete cascade
) partition by hash (company_id);

-- The figures of an asset on the days on which they changed; a day without a row is as the one before.
create table asset_day (
  company_id int not null,
  asset_id uuid not null,
  day date not null,
  risk real not null,
  component_count int not null,
  critical int not null,
  high int not null,
  medium int not null,
  low int not null,
  none int not null,
  unknown int not null,
  kev_count int not null,
  not_covered int not null,
  primary key (company_id, asset_id, day),
  foreign key (company_id, asset_id) references asset (company_id, id) on delete cascade
) partition by hash (company_id);

do $$
declare
  t text;
  tables constant text[] := array['upload', 'component_place', 'asset_day'];
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
