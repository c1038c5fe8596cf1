-- What an enrollment is limited to, what agents prove of themselves, and the companies' own certificate authorities.
alter table credential
  -- of an enrollment token: the addresses it may be used from (CIDR); null: any
  add column ranges text[],
  -- of an enrollment token: agents in force at one time that it enrolled; null: as many as it has uses
  add column agents_max int,
  -- of a device: the enrollment token that brought it
  add column enrolled_by uuid;
create index credential_enrolled_by on credential (company_id, enrolled_by) where enrolled_by is not null;
create index asset_labels on asset using gin (labels);

-- Where an agent's chain of heartbeats stands: two holders of one credential cannot both go on with it.
create table agent_chain (
  company_id int not null references company,
  agent_id uuid not null,
  -- proves the steps of this chain
  secret bytea not null,
  branch int not null,
  step bigint not null,
  -- pairs: a branch that the present one rests on, and its last step that it does
  forks bigint[] not null default '{}',
  -- hashes: of the machine's own id, and of its present boot
  machine text not null default '',
  boot text not null default '',
  hostname text not null default '',
  ip text not null default '',
  seen_at timestamptz not null,
  restored_at timestamptz,
  cloned_at timestamptz,
  -- the two holders, as they were seen
  clone jsonb,
  primary key (company_id, agent_id),
  foreign key (company_id, agent_id) references credential (company_id, id) on delete cascade
) partition by hash (company_id);

-- The authority that signs the certificates of a company's agents; its private key is sealed under the company's key.
create table company_ca (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  certificate bytea not null,
  key text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (company_id, id)
) partition by hash (company_id);

do $$
declare
  t text;
  tables constant text[] := array['agent_chain', 'company_ca'];
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
grant select, insert, update, delete on agent_chain to zerotrace_app, zerotrace_service;
grant select, insert on company_ca to zerotrace_app, zerotrace_service;
grant update (key), delete on company_ca to zerotrace_service;

-- A device's revocation or rotation is told to every process, so that what it proved may be held in memory.
create function notify_credential() returns trigger language plpgsql as $$
begin
  perform pg_notify('zt_credential', new.id::text);
  return null;
end $$;
create trigger credential_notify after update of revoked_at, hash, previous_hash, expires_at, permissions on credential
  for each row when (new.kind = 'device') execute function notify_credential();
-- of a company that was suspended or goes on, all of them: without an id
create function notify_company_state() returns trigger language plpgsql as $$
begin
  perform pg_notify('zt_credential', '');
  return null;
end $$;
create trigger company_state_notify after update of state on company
  for each row when (new.state is distinct from old.state) execute function notify_company_state();
