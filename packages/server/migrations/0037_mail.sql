-- Mail: what waits to be sent and what became of it, a company's own words, and what each person wants to get.

create table mail_text (
  company_id int not null references company,
  kind text not null,
  language text not null,
  subject text not null,
  opening text not null,
  closing text not null,
  changed_at timestamptz not null default now(),
  changed_by text not null,
  primary key (company_id, kind, language)
) partition by hash (company_id);

create table mail_choice (
  company_id int not null references company,
  person_id uuid not null,
  -- null: the company's
  language text,
  -- kinds that the person does not want
  off text[] not null default '{}',
  changed_at timestamptz not null default now(),
  primary key (company_id, person_id),
  foreign key (company_id, person_id) references membership (company_id, person_id) on delete cascade
) partition by hash (company_id);

-- How a company's mail fares, and the language of who chose none.
create table mail_company (
  company_id int not null references company,
  language text,
  -- the last day whose reminders were made
  digest_on date,
  failing_since timestamptz,
  last_error text,
  last_error_at timestamptz,
  next_try_at timestamptz not null default now(),
  sent_at timestamptz,
  primary key (company_id)
) partition by hash (company_id);

-- The outbox: what a mail is about, in the transaction in which it came to be. Words and addresses are put in when it is sent.
create table mail (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  kind text not null,
  -- null: whom an address names that is nobody's yet, or everybody who may approve a decision
  person_id uuid,
  address text,
  -- what it tells of, the first ones, and how many there are
  about jsonb not null,
  about_count int not null,
  -- a link that opens something, sealed; taken away when it is sent or given up
  link text,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
  created_at timestamptz not null default now(),
  attempts int not null default 0,
  next_try_at timestamptz not null default now(),
  tried_at timestamptz,
  error text,
  primary key (company_id, id)
) partition by hash (company_id);
-- what comes while one of its kind waits for the same person goes into that one
create unique index mail_gathered on mail (company_id, person_id, kind)
  where state = 'waiting' and attempts = 0 and kind in ('mention', 'fix_assigned', 'fixes_due', 'decision_waits');
create index mail_waiting on mail (company_id, next_try_at) where state = 'waiting';
create index mail_newest on mail (company_id, created_at desc, id desc);
create index mail_sent on mail (company_id, tried_at) where state = 'sent';

do $$
declare
  t text;
  tables constant text[] := array['mail_text', 'mail_choice', 'mail_company', 'mail'];
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

-- What is sent to others tells of any asset.
create policy in_scope on mail as restrictive using ((select coalesce(current_setting('app.labels', true), '') = ''));

-- Puts a mail into the outbox, whoever does it; null where a company has too many that wait. About a minute passes before what can
-- be gathered is sent, so that a lively discussion is one mail.
create function order_mail(
  of_company int, of_kind text, to_person uuid, to_address text, of_about jsonb, of_count int, of_link text, of_id uuid
) returns uuid language plpgsql as $$
declare
  waiting_max constant int := 5000;
  -- set and put back by hand: only a superuser may tie a parameter like this one to a function
  scope constant text := coalesce(current_setting('app.labels', true), '');
  made uuid;
begin
  perform set_config('app.labels', '', true);
  if (select count(*) from (
        select 1 from public.mail where company_id = of_company and state = 'waiting' limit waiting_max) w) < waiting_max
    and not public.is_company_to_delete(of_company) then
    insert into public.mail as m (company_id, id, kind, person_id, address, about, about_count, link, next_try_at)
    values (of_company, coalesce(of_id, gen_random_uuid()), of_kind, to_person, to_address, of_about, of_count, of_link,
      now() + case when of_kind in ('mention', 'fix_assigned') then interval '1 minute' else interval '0' end)
    on conflict (company_id, person_id, kind)
      where state = 'waiting' and attempts = 0 and kind in ('mention', 'fix_assigned', 'fixes_due', 'decision_waits')
    do update set about_count = m.about_count + excluded.about_count,
      about = case when jsonb_array_length(m.about) < 20 then m.about || excluded.about else m.about end
    returning m.id into made;
  end if;
  perform set_config('app.labels', scope, true);
  return made;
end $$;

-- Comments are written one by one and on many findings at once: one order for each person.
create function mail_of_mentions() returns trigger language plpgsql as $$
begin
  perform public.order_mail(x.company_id, 'mention', x.person_id, null,
      jsonb_agg(x.comment_id) filter (where x.place <= 20), count(*)::int, null, null)
    from (select m.*, row_number() over (partition by m.company_id, m.person_id order by m.comment_id) as place from made m) x
    group by x.company_id, x.person_id;
  return null;
end $$;
create trigger finding_mention_mail after insert on finding_mention
  referencing new table as made for each statement execute function mail_of_mentions();

create function mail_of_fix() returns trigger language plpgsql as $$
begin
  if new.assignee_id is null or (tg_op = 'UPDATE' and old.assignee_id is not distinct from new.assignee_id) then
    return null;
  end if;
  -- who takes it on knows of it
  if exists (select 1 from public.membership
      where company_id = new.company_id and person_id = new.assignee_id and email = new.updated_by) then
    return null;
  end if;
  perform public.order_mail(new.company_id, 'fix_assigned', new.assignee_id, null, jsonb_build_array(jsonb_build_object(
    'ecosystem', new.ecosystem, 'package', new.package, 'hasFix', new.has_fix)), 1, null, null);
  return null;
end $$;
create trigger fix_work_mail after insert or update of assignee_id on fix_work for each row execute function mail_of_fix();

create function mail_of_decision() returns trigger language plpgsql as $$
begin
  if new.needs_approval then
    perform public.order_mail(new.company_id, 'decision_waits', null, null, jsonb_build_array(new.id), 1, null, null);
  end if;
  return null;
end $$;
create trigger decision_mail after insert on decision for each row execute function mail_of_decision();
