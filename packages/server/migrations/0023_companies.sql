-- The life of a company: exports of everything it has, a deletion that can be undone for a while, and what guards both.

alter table company
  -- when the rows may go; until then the deletion can be undone
  add column delete_at timestamptz,
  -- who asked, why, and how far the job is
  add column deletion jsonb,
  add constraint company_delete_at check ((state = 'deleting') = (delete_at is not null));

-- The session that leaving gives back.
alter table provider_entry add column home_credential_id uuid;
create index provider_entry_newest on provider_entry (company_id, entered_at desc, id desc);

create table company_export (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed')),
  asked_by text not null,
  asked_at timestamptz not null default now(),
  finished_at timestamptz,
  -- the archive is deleted then
  expires_at timestamptz,
  size_bytes bigint,
  row_count bigint,
  sha256 text,
  error text,
  primary key (company_id, id)
) partition by hash (company_id);

do $$
declare
  t constant text := 'company_export';
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
  execute format('grant select, insert, update, delete on %I to zerotrace_app, zerotrace_service', t);
end $$;

-- Whether everything of a company may go: somebody asked for it, and the time to undo it is over.
create function is_company_to_delete(company int) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select exists (select 1 from public.company c
    where c.id = company and c.state = 'deleting' and c.delete_at <= now() and not c.is_provider)
$$;

-- Nobody shortens the time to undo below a day, and the company that runs the platform stays.
create function guard_company_end() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'DELETE' then
    if not public.is_company_to_delete(old.id) then
      raise exception 'a company is deleted only after its time to undo that' using errcode = 'insufficient_privilege';
    end if;
    return old;
  end if;
  if new.is_provider and new.state <> 'active' then
    raise exception 'the company that runs the platform stays' using errcode = 'insufficient_privilege';
  end if;
  if new.delete_at is not null and new.delete_at < now() + interval '1 day'
    and (tg_op = 'INSERT' or new.delete_at is distinct from old.delete_at) then
    raise exception 'a deletion can be undone for a day at least' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger guarded_end before insert or update or delete on company
  for each row execute function guard_company_end();

-- The one way by which a whole company goes, the audit trail included: up to `most` rows of one table.
create function delete_company_rows(company int, from_table text, most int) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  gone int;
begin
  if company::text is distinct from nullif(current_setting('app.company_id', true), '')
    or not public.is_company_to_delete(company) then
    raise exception 'not a company to delete' using errcode = 'insufficient_privilege';
  end if;
  if not exists (select 1 from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'company_id' and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relname = from_table and c.relkind in ('r', 'p')
      and not c.relispartition) then
    raise exception 'not a table of companies' using errcode = 'undefined_table';
  end if;
  -- all of a company's rows lie in one partition, so that their place is their own
  execute format('delete from public.%1$I where company_id = $1 and ctid = any(array(
    select ctid from public.%1$I where company_id = $1 limit $2))', from_table) using company, most;
  get diagnostics gone = row_count;
  return gone;
end $$;
revoke execute on function is_company_to_delete(int), delete_company_rows(int, text, int) from public;
grant execute on function is_company_to_delete(int) to zerotrace_app, zerotrace_service;
grant execute on function delete_company_rows(int, text, int) to zerotrace_service;

-- The trail of a company that goes as a whole goes with it.
create or replace function refuse_audit_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and tg_level = 'ROW' then
    if public.is_company_to_delete(old.company_id) then
      return old;
    end if;
  end if;
  raise exception 'the audit trail is append-only' using errcode = 'insufficient_privilege';
end $$;

create or replace function guard_audit_cut() returns trigger language plpgsql as $$
begin
  if public.is_company_to_delete(old.company_id) then
    return old;
  end if;
  if tg_argv[0] = 'link' then
    if not exists (select 1 from public.audit_checkpoint c where c.company_id = old.company_id and c.seq >= old.seq)
      or exists (select 1 from public.audit_event e where e.company_id = old.company_id and e.id = old.event_id
        and e.at >= now() - interval '30 days') then
      raise exception 'only what lies below a checkpoint and is 30 days old can be cut off the audit trail'
        using errcode = 'insufficient_privilege';
    end if;
  elsif exists (select 1 from public.audit_link l where l.company_id = old.company_id and l.event_id = old.id) then
    raise exception 'an audit row is deleted only after its link' using errcode = 'insufficient_privilege';
  end if;
  return old;
end $$;
