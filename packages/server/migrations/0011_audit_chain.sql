-- The audit trail becomes a chain per company: the database itself links each row when its transaction commits.

alter table audit_event
  add column before jsonb,
  add column after jsonb;
create index audit_event_at on audit_event (company_id, at, id);
create index audit_event_actor on audit_event (company_id, actor, at, id);
create index audit_event_action on audit_event (company_id, action, at, id);
create index audit_event_target on audit_event (company_id, target, at, id);

-- One link for each row, in the order of the commits. hash = SHA-256(previous, audit_content of the row in UTF-8).
create table audit_link (
  company_id int not null,
  seq bigint not null,
  event_id bigint not null,
  previous bytea not null,
  hash bytea not null,
  primary key (company_id, seq),
  unique (company_id, event_id)
) partition by hash (company_id);

-- What retention leaves of the part that it cut off: the last link's number and hash, signed.
create table audit_checkpoint (
  company_id int not null references company,
  seq bigint not null,
  hash bytea not null,
  -- rows that this cut removed, and the time before which all of them lie
  count int not null,
  before timestamptz not null,
  at timestamptz not null,
  key_id text not null,
  public_key bytea not null,
  signature bytea not null,
  primary key (company_id, seq)
) partition by hash (company_id);

-- Where a company's trail is sent to. The chain is the outbox: sent_seq is the last link that the receiver took.
create table audit_sink (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  name text not null,
  kind text not null check (kind in ('http', 'syslog')),
  url text not null,
  format text not null check (format in ('cef', 'json')),
  -- the value of the Authorization header, sealed under the company's key
  secret text,
  sent_seq bigint not null,
  sent_at timestamptz,
  failure_count int not null default 0,
  next_try_at timestamptz not null default now(),
  last_error text,
  created_at timestamptz not null default now(),
  created_by text not null,
  primary key (company_id, id),
  unique (company_id, name)
) partition by hash (company_id);

do $$
declare
  t text;
  tables constant text[] := array['audit_link', 'audit_checkpoint', 'audit_sink'];
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

-- Nobody but the trigger below adds a link: a role that writes the trail cannot forge its chain.
grant select on audit_link to zerotrace_app;
grant select, delete on audit_link to zerotrace_service;
grant select on audit_checkpoint to zerotrace_app;
grant select, insert on audit_checkpoint to zerotrace_service;
grant select, insert, update, delete on audit_sink to zerotrace_app, zerotrace_service;

-- What is hashed of a row: one JSON object, its keys in the order of jsonb.
create function audit_content(company_id int, id bigint, at timestamptz, actor text, action text, target text,
  detail jsonb, before jsonb, after jsonb, ip text)
returns text language sql stable parallel safe as $$
  select jsonb_build_object('company', company_id, 'id', id,
    'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'actor', actor, 'action', action,
    'target', target, 'detail', detail, 'before', before, 'after', after, 'ip', ip)::text
$$;

-- Runs at the commit, after everything else of the transaction: the lock is held for a link's time and the flush alone.
create function link_audit_event() returns trigger language plpgsql security definer
set search_path = pg_catalog, public as $$
declare
  last_seq bigint;
  last_hash bytea;
begin
  perform pg_advisory_xact_lock(7305003, new.company_id);
  select l.seq, l.hash into last_seq, last_hash from public.audit_link l
    where l.company_id = new.company_id order by l.seq desc limit 1;
  if last_seq is null then
    select c.seq, c.hash into last_seq, last_hash from public.audit_checkpoint c
      where c.company_id = new.company_id order by c.seq desc limit 1;
  end if;
  last_hash := coalesce(last_hash, decode(repeat('00', 32), 'hex'));
  insert into public.audit_link (company_id, seq, event_id, previous, hash) values (new.company_id,
    coalesce(last_seq, 0) + 1, new.id, last_hash,
    sha256(last_hash || convert_to(public.audit_content(new.company_id, new.id, new.at, new.actor, new.action,
      new.target, new.detail, new.before, new.after, new.ip), 'UTF8')));
  return null;
end $$;
revoke execute on function link_audit_event() from public;

-- Rows of before this version: their order is that of their ids.
do $$
declare
  company int;
  e record;
  last_seq bigint;
  last_hash bytea;
begin
  for company in select id from company order by id loop
    perform set_config('app.company_id', company::text, true);
    last_seq := 0;
    last_hash := decode(repeat('00', 32), 'hex');
    for e in select * from audit_event where company_id = company order by id loop
      last_seq := last_seq + 1;
      insert into audit_link (company_id, seq, event_id, previous, hash) values (company, last_seq, e.id, last_hash,
        sha256(last_hash || convert_to(audit_content(e.company_id, e.id, e.at, e.actor, e.action, e.target, e.detail,
          e.before, e.after, e.ip), 'UTF8')))
        returning hash into last_hash;
    end loop;
  end loop;
  perform set_config('app.company_id', '', true);
end $$;

create constraint trigger audit_event_link after insert on audit_event
  deferrable initially deferred for each row execute function link_audit_event();

-- Not even the owner of the tables changes or empties them; only an administrator who disables triggers can, and the chain tells.
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit trail is append-only' using errcode = 'insufficient_privilege';
end $$;

-- A link goes only below a signed checkpoint and when its row is 30 days old; the row goes only after its link.
create function guard_audit_cut() returns trigger language plpgsql as $$
begin
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

create trigger append_only before update on audit_event for each row execute function refuse_audit_change();
create trigger append_only before update on audit_link for each row execute function refuse_audit_change();
create trigger append_only before update or delete on audit_checkpoint
  for each row execute function refuse_audit_change();
create trigger not_emptied before truncate on audit_event for each statement execute function refuse_audit_change();
create trigger not_emptied before truncate on audit_link for each statement execute function refuse_audit_change();
create trigger not_emptied before truncate on audit_checkpoint for each statement execute function refuse_audit_change();
create trigger cut_only before delete on audit_link for each row execute function guard_audit_cut('link');
create trigger cut_only before delete on audit_event for each row execute function guard_audit_cut('event');
