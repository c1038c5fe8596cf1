-- Access tokens (JWT): the keys that sign them, and those that were issued. Rotation of API tokens.

-- Global, because one key signs for every company; no company's role reads this table.
create table signing_key (
  id text primary key,
  algorithm text not null check (algorithm in ('EdDSA', 'RS256', 'HS256')),
  -- the public half as a JWK; null where there is none
  public_jwk jsonb,
  -- the private JWK, or the shared secret, sealed under a data key of the provider company
  sealed text not null,
  created_at timestamptz not null default now(),
  -- it signs no more since
  retired_at timestamptz,
  -- no token that it signed is good any more
  ends_at timestamptz,
  check ((algorithm = 'HS256') = (public_jwk is null)),
  check ((retired_at is null) = (ends_at is null))
);
create unique index signing_key_current on signing_key ((true)) where retired_at is null;
grant select, insert, update, delete on signing_key to zerotrace_service;

-- An access token that was issued; one that is not here is worth nothing, whoever signed it.
create table access_token (
  company_id int not null references company,
  id uuid not null,
  -- the API token that it was got for: it ends with that
  credential_id uuid not null,
  audience text not null,
  created_at timestamptz not null default now(),
  ends_at timestamptz not null,
  revoked_at timestamptz,
  primary key (company_id, id),
  foreign key (company_id, credential_id) references credential on delete cascade
) partition by hash (company_id);
create index access_token_ends on access_token (company_id, ends_at);
create index access_token_credential on access_token (company_id, credential_id);

do $$
declare
  t constant text := 'access_token';
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
grant select, insert, update, delete on access_token to zerotrace_app, zerotrace_service;

-- Until when the former secret of an API token holds beside the new one.
alter table credential add column previous_until timestamptz;

-- What was proved of a program is held in memory too: its end is told to every process.
drop trigger credential_notify on credential;
create trigger credential_notify after update of revoked_at, hash, previous_hash, expires_at, permissions on credential
  for each row when (new.kind in ('device', 'api')) execute function notify_credential();
create trigger access_token_notify after update of revoked_at on access_token
  for each row execute function notify_credential();
