-- Single sign-on: who vouches for a company's people, which of its identities is whose, and what came by SCIM.

create table identity_provider (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  kind text not null check (kind in ('oidc', 'saml')),
  name text not null,
  -- what is not secret: issuer, client id, names of claims; for SAML also certificates
  config jsonb not null,
  -- the client's secret, sealed under the company's key
  secret text,
  -- emails of other domains are refused
  domains text[] not null,
  -- [{group, role, labels}], the first that fits decides
  mappings jsonb not null default '[]',
  -- of whom no mapping fits; null: refused
  default_role text,
  default_labels text[],
  -- whether a person who is no member yet becomes one
  creates_members boolean not null default false,
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  created_by text not null,
  changed_at timestamptz not null default now(),
  primary key (company_id, id),
  unique (company_id, name)
) partition by hash (company_id);
create index identity_provider_domains on identity_provider using gin (domains);

-- An identity is (company, provider, subject); an email alone is none.
create table identity_link (
  company_id int not null,
  provider_id uuid not null,
  subject text not null,
  person_id uuid not null references person,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  -- the provider's groups gave no role any more, and the membership ended by that and not by a person
  lost_role_at timestamptz,
  primary key (company_id, provider_id, subject),
  -- an email that the provider gives to somebody else must not bring the membership with it
  unique (company_id, provider_id, person_id),
  foreign key (company_id, provider_id) references identity_provider on delete cascade
) partition by hash (company_id);
create index identity_link_person on identity_link (company_id, person_id);

-- Assertions, requests and tickets that were used, until they end by themselves.
create table sso_seen (
  company_id int not null references company,
  id bytea not null,
  expires_at timestamptz not null,
  primary key (company_id, id)
) partition by hash (company_id);
create index sso_seen_expires on sso_seen (company_id, expires_at);

-- What a directory says of a member beyond the membership.
create table scim_user (
  company_id int not null references company,
  person_id uuid not null,
  user_name text not null check (user_name = lower(user_name)),
  external_id text,
  given_name text,
  family_name text,
  display_name text,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  primary key (company_id, person_id),
  unique (company_id, user_name),
  foreign key (company_id, person_id) references membership on delete cascade
) partition by hash (company_id);

create table scim_group (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  display_name text not null,
  external_id text,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  primary key (company_id, id),
  unique (company_id, display_name)
) partition by hash (company_id);

create table scim_group_member (
  company_id int not null,
  group_id uuid not null,
  person_id uuid not null,
  primary key (company_id, group_id, person_id),
  foreign key (company_id, group_id) references scim_group on delete cascade,
  foreign key (company_id, person_id) references membership on delete cascade
) partition by hash (company_id);
create index scim_group_member_person on scim_group_member (company_id, person_id);

do $$
declare
  t text;
  tables constant text[] := array['identity_provider', 'identity_link', 'sso_seen', 'scim_user', 'scim_group', 'scim_group_member'];
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

-- Before anybody signed in, the domain of an email leads to the companies that named it.
create policy by_domain on identity_provider for select to zerotrace_service
  using (nullif(current_setting('app.company_id', true), '') is null);
