-- People, what they are in a company, and how they prove who they are.

-- The first company runs the platform: its people may make other companies and enter them with a reason.
alter table company
  add column is_provider boolean not null default false,
  add column state text not null default 'active' check (state in ('active', 'suspended', 'deleting')),
  add column state_reason text;
create unique index company_provider on company (is_provider) where is_provider;
update company set is_provider = true where id = (select min(id) from company);

-- A person is global, because one person may belong to several companies; no company's role reads this table.
create table person (
  id uuid primary key default gen_random_uuid(),
  email text not null unique check (email = lower(email) and length(email) <= 254),
  name text not null,
  -- argon2id in the PHC form; null where the person signs in by other means
  password_hash text,
  password_changed_at timestamptz,
  created_at timestamptz not null default now(),
  deactivated_at timestamptz
);

-- Email and name are copied so that a company lists its members without reading the people of others.
create table membership (
  company_id int not null references company,
  person_id uuid not null references person,
  email text not null,
  name text not null,
  -- a built-in role's id, or the id of one of the company's own roles
  role text not null,
  -- null: every asset; else only those with one of these labels
  labels text[],
  source text not null check (source in ('invitation', 'sso', 'scim', 'server')),
  external_id text,
  is_owner boolean not null default false,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz,
  deactivated_at timestamptz,
  primary key (company_id, person_id)
) partition by hash (company_id);
create unique index membership_owner on membership (company_id) where is_owner;
create unique index membership_email on membership (company_id, email);

create table role (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  name text not null,
  summary text not null default '',
  permissions text[] not null,
  created_at timestamptz not null default now(),
  primary key (company_id, id),
  unique (company_id, name)
) partition by hash (company_id);

create table invitation (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  email text not null,
  role text not null,
  labels text[],
  hash bytea not null,
  invited_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  primary key (company_id, id),
  unique (company_id, hash)
) partition by hash (company_id);

-- What a company decides for itself, by name; what is not here has its default.
create table company_setting (
  company_id int not null references company,
  name text not null,
  value jsonb not null,
  changed_at timestamptz not null default now(),
  changed_by text not null,
  primary key (company_id, name)
) partition by hash (company_id);

-- Who of the provider was in a company, why and until when.
create table provider_entry (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  person_id uuid not null references person,
  email text not null,
  reason text not null,
  role text not null,
  credential_id uuid not null,
  entered_at timestamptz not null default now(),
  ends_at timestamptz not null,
  left_at timestamptz,
  primary key (company_id, id)
) partition by hash (company_id);

do $$
declare
  t text;
  tables constant text[] := array['membership', 'role', 'invitation', 'company_setting', 'provider_entry'];
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
revoke delete on provider_entry from zerotrace_app;
grant select, insert, update, delete on person to zerotrace_service;

-- A person's sign-in looks for the companies of that person; it reads which, and nothing else of them.
create policy own_companies on membership for select to zerotrace_service
  using (nullif(current_setting('app.company_id', true), '') is null);
create index membership_person on membership (person_id);

alter table asset add column labels text[] not null default '{}';

alter table credential
  -- whose session it is; what the person may do is the membership's, looked up at each use
  add column person_id uuid,
  -- null: every asset; else only those with one of these labels
  add column labels text[],
  -- how the person proved who they are: password, passkey, sso, link, provider
  add column method text,
  add column ip text,
  add column user_agent text;
create index credential_person on credential (company_id, person_id) where person_id is not null;
