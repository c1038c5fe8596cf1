-- What proves a person besides the password. A person is global, and so is this; no company's role reads it.

create table person_factor (
  id uuid primary key default gen_random_uuid(),
  person_id uuid not null references person on delete cascade,
  kind text not null check (kind in ('totp', 'passkey', 'recovery')),
  label text not null default '',
  -- totp: the secret, sealed under a data key of the provider company, and the last step that was used
  sealed text,
  last_step bigint,
  -- recovery: SHA-256 of a code with 80 random bits
  hash bytea,
  -- passkey
  credential_id bytea unique,
  public_key bytea,
  counter bigint,
  rp_id text,
  transports text[],
  is_backed_up boolean,
  created_at timestamptz not null default now(),
  confirmed_at timestamptz,
  last_used_at timestamptz,
  check ((kind = 'totp') = (sealed is not null)),
  check ((kind = 'recovery') = (hash is not null)),
  check ((kind = 'passkey') = (credential_id is not null and public_key is not null and counter is not null and rp_id is not null))
);
create index person_factor_person on person_factor (person_id, kind);

-- A challenge to a passkey: good once and for minutes.
create table passkey_challenge (
  hash bytea primary key,
  purpose text not null check (purpose in ('add', 'second', 'alone')),
  -- null where nobody said yet who they are
  person_id uuid references person on delete cascade,
  rp_id text not null,
  expires_at timestamptz not null
);
create index passkey_challenge_end on passkey_challenge (expires_at);

grant select, insert, update, delete on person_factor, passkey_challenge to zerotrace_service;

-- A session that may set up a second factor and nothing else, until there is one.
alter table credential add column awaits_factor boolean not null default false;
