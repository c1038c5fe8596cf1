-- Statements of suppliers about weaknesses in products. A finding is never changed by one: vex_effect says which statement
-- decides on which finding, and is read beside it.

create table vex_document (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  name text not null,
  format text not null check (format in ('openvex', 'cyclonedx', 'csaf')),
  -- the document's own id, as written
  own_id text not null,
  author text not null,
  said_at timestamptz,
  statement_count int not null,
  problem_count int not null,
  problems text[] not null,
  -- of the document as it was given, so that none is kept twice
  digest bytea not null,
  added_at timestamptz not null default now(),
  added_by text not null,
  primary key (company_id, id),
  unique (company_id, digest)
) partition by hash (company_id);

create table vex_statement (
  company_id int not null,
  id bigint generated always as identity,
  document_id uuid not null,
  vulnerability text not null,
  aliases text[] not null,
  status text not null check (status in ('not_affected', 'affected', 'fixed', 'under_investigation')),
  justification text not null,
  note text not null,
  author text not null,
  said_at timestamptz,
  products jsonb not null,
  primary key (company_id, id),
  foreign key (company_id, document_id) references vex_document (company_id, id) on delete cascade
) partition by hash (company_id);
create index vex_statement_document on vex_statement (company_id, document_id);

create table vex_effect (
  company_id int not null,
  component_id int not null,
  advisory_id int not null,
  statement_id bigint not null,
  status text not null,
  -- nothing is left to do: not_affected or fixed
  closes boolean not null,
  primary key (company_id, component_id, advisory_id),
  foreign key (company_id, statement_id) references vex_statement (company_id, id) on delete cascade
) partition by hash (company_id);
create index vex_effect_statement on vex_effect (company_id, statement_id);

do $$
declare
  t text;
  tables constant text[] := array['vex_document', 'vex_statement', 'vex_effect'];
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
grant usage on all sequences in schema public to zerotrace_app, zerotrace_service;
