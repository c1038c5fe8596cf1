-- Where a company wants to be told of what happens, what is to be told, and what became of each message.

create table webhook (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  name text not null,
  url text not null,
  kinds text[] not null,
  -- of findings, in the language of queries
  query text not null,
  -- what its maker may see: messages tell of these assets alone
  labels text[],
  secret text not null,
  -- signs beside the new one until then
  previous_secret text,
  previous_until timestamptz,
  is_on boolean not null default true,
  -- why the server turned it off
  note text,
  failing_since timestamptz,
  next_try_at timestamptz not null default now(),
  sent_at timestamptz,
  created_at timestamptz not null default now(),
  created_by text not null,
  primary key (company_id, id),
  unique (company_id, name)
) partition by hash (company_id);

-- The outbox: what happened, in the transaction in which it did; a job makes messages of it.
create table webhook_event (
  company_id int not null references company,
  id bigint not null generated always as identity,
  kind text not null,
  -- the time of the transaction: findings that it changed carry the same
  at timestamptz not null default now(),
  detail jsonb not null,
  primary key (company_id, id)
) partition by hash (company_id);

create table webhook_delivery (
  company_id int not null,
  id uuid not null default gen_random_uuid(),
  webhook_id uuid not null,
  kind text not null,
  created_at timestamptz not null default now(),
  body text not null,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
  attempts int not null default 0,
  next_try_at timestamptz not null default now(),
  tried_at timestamptz,
  duration_ms int,
  status int,
  answer text,
  error text,
  primary key (company_id, id),
  foreign key (company_id, webhook_id) references webhook (company_id, id) on delete cascade
) partition by hash (company_id);
create index webhook_delivery_newest on webhook_delivery (company_id, webhook_id, created_at desc, id desc);
create index webhook_delivery_waiting on webhook_delivery (company_id, webhook_id, created_at) where state = 'waiting';

do $$
declare
  t text;
  tables constant text[] := array['webhook', 'webhook_event', 'webhook_delivery'];
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

-- Who sees some assets only sees those webhooks that tell of no others, and what went to them.
create policy in_scope on webhook as restrictive
  using ((select coalesce(current_setting('app.labels', true), '') = '')
    or (labels is not null and labels <@ (select string_to_array(substr(current_setting('app.labels', true), 2), ','))));
create policy in_scope on webhook_delivery as restrictive
  using ((select coalesce(current_setting('app.labels', true), '') = '') or webhook_id in (
    select w.id from webhook w where w.company_id = nullif(current_setting('app.company_id', true), '')::int));
create policy in_scope on webhook_event as restrictive
  using ((select coalesce(current_setting('app.labels', true), '') = ''));

-- Notes what happened where a webhook wants to hear of it, and orders the job, whoever did it: what a scope hides is looked at here.
create function note_webhook_event(of_company int, of_kind text, of_detail jsonb, wanted text[]) returns void
language plpgsql as $$
declare
  -- set and put back by hand: only a superuser may tie a parameter like this one to a function
  scope constant text := coalesce(current_setting('app.labels', true), '');
begin
  perform set_config('app.labels', '', true);
  if exists (select 1 from public.webhook where company_id = of_company and is_on and kinds && wanted)
    and not public.is_company_to_delete(of_company) then
    insert into public.webhook_event (company_id, kind, detail) values (of_company, of_kind, of_detail);
    perform public.enqueue_job('webhook-deliver', jsonb_build_object('companyId', of_company), null, 10, null, 3, null);
  end if;
  perform set_config('app.labels', scope, true);
end $$;

-- Assets come by many ways, and decisions end by several: the rows themselves tell of it.
create function note_asset_event() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    perform public.note_webhook_event(old.company_id, 'asset.gone',
      jsonb_build_object('assetId', old.id, 'name', old.name, 'kind', old.kind, 'labels', old.labels), array['asset.gone']);
  else
    perform public.note_webhook_event(new.company_id, 'asset.new',
      jsonb_build_object('assetId', new.id, 'name', new.name, 'kind', new.kind, 'labels', new.labels), array['asset.new']);
  end if;
  return null;
end $$;
create trigger asset_webhook after insert or delete on asset for each row execute function note_asset_event();

create function note_decision_event() returns trigger language plpgsql as $$
declare
  event text;
begin
  if tg_op = 'INSERT' then
    event := case when new.needs_approval then 'decision.proposed' else 'decision.made' end;
  elsif old.ended_at is null and new.ended_at is not null then
    event := 'decision.ended';
  elsif old.approved_at is null and new.approved_at is not null then
    event := 'decision.made';
  else
    return null;
  end if;
  perform public.note_webhook_event(new.company_id, event, jsonb_build_object(
    'decisionId', new.id, 'kind', new.kind, 'scope', left(new.scope, 1000), 'owner', new.owner, 'createdBy', new.created_by,
    'expiresAt', new.expires_at, 'endedBy', new.revoked_by), array[event]);
  return null;
end $$;
create trigger decision_webhook after insert or update on decision for each row execute function note_decision_event();
