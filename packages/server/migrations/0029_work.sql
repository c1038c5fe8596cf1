-- What people do about findings. Nothing of it is in the finding itself, which is written again and again by the feeds. A row names the
-- component too, by which whoever sees some assets only sees what concerns them.

-- Who has taken a finding up. What was said before the finding came back counts no more, which is asked when it is read.
create table finding_work (
  company_id int not null references company,
  finding_id uuid not null,
  component_id int not null,
  state text check (state in ('acknowledged', 'in_work')),
  assignee_id uuid,
  changed_at timestamptz not null default now(),
  changed_by text not null,
  -- the bulk action that said it, else an id of its own: by it an undoing sees whether somebody changed it since
  change_id uuid not null,
  primary key (company_id, finding_id)
) partition by hash (company_id);
create index finding_work_assignee on finding_work (company_id, assignee_id) where assignee_id is not null;

-- Each change of it, for the finding's timeline and for the way back.
create table finding_change (
  company_id int not null references company,
  id bigint generated always as identity,
  finding_id uuid not null,
  component_id int not null,
  at timestamptz not null default now(),
  by text not null,
  state_before text,
  state text,
  assignee_before uuid,
  assignee_id uuid,
  change_id uuid not null,
  primary key (company_id, id)
) partition by hash (company_id);
create index finding_change_finding on finding_change (company_id, finding_id, id);
create index finding_change_change on finding_change (company_id, change_id);

create table finding_comment (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  finding_id uuid not null,
  component_id int not null,
  text text not null,
  at timestamptz not null default now(),
  by text not null,
  -- null: a program wrote it
  person_id uuid,
  edited_at timestamptz,
  change_id uuid,
  primary key (company_id, id)
) partition by hash (company_id);
create index finding_comment_finding on finding_comment (company_id, finding_id, at);
create index finding_comment_change on finding_comment (company_id, change_id) where change_id is not null;

create table finding_attachment (
  company_id int not null references company,
  id uuid not null default gen_random_uuid(),
  finding_id uuid not null,
  component_id int not null,
  comment_id uuid,
  name text not null,
  -- as its bytes say, not as it was called
  media_type text not null,
  size_bytes int not null,
  sha256 text not null,
  content bytea not null,
  at timestamptz not null default now(),
  by text not null,
  person_id uuid,
  primary key (company_id, id),
  foreign key (company_id, comment_id) references finding_comment (company_id, id) on delete cascade
) partition by hash (company_id);
create index finding_attachment_finding on finding_attachment (company_id, finding_id);
create index finding_attachment_comment on finding_attachment (company_id, comment_id) where comment_id is not null;

create table finding_mention (
  company_id int not null references company,
  person_id uuid not null,
  comment_id uuid not null,
  finding_id uuid not null,
  component_id int not null,
  at timestamptz not null default now(),
  read_at timestamptz,
  primary key (company_id, person_id, comment_id),
  foreign key (company_id, comment_id) references finding_comment (company_id, id) on delete cascade
) partition by hash (company_id);
create index finding_mention_newest on finding_mention (company_id, person_id, at desc);
create index finding_mention_comment on finding_mention (company_id, comment_id);

create table bulk_action (
  company_id int not null references company,
  id uuid not null,
  kind text not null check (kind in ('state', 'assign', 'comment', 'decide')),
  -- what was asked for; empty where the findings were named one by one
  query text not null,
  wish jsonb not null,
  finding_count int not null,
  changed_count int not null,
  decision_id uuid,
  at timestamptz not null default now(),
  by text not null,
  -- the labels under which it was done: under others it is not seen
  scope text not null default coalesce(current_setting('app.labels', true), ''),
  undone_at timestamptz,
  undone_by text,
  restored_count int,
  primary key (company_id, id)
) partition by hash (company_id);
create index bulk_action_newest on bulk_action (company_id, at desc, id desc);

do $$
declare
  t text;
  tables constant text[] := array['finding_work', 'finding_change', 'finding_comment', 'finding_attachment', 'finding_mention',
    'bulk_action'];
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
    if t <> 'bulk_action' then
      execute format(
        'create policy in_scope on %I as restrictive using ((select coalesce(current_setting(''app.labels'', true), '''') = '''')
           or component_id in (select components_in_scope()))', t);
    end if;
  end loop;
end $$;

create policy in_scope on bulk_action as restrictive using (
  (select coalesce(current_setting('app.labels', true), '') = '') or scope = (select current_setting('app.labels', true)));
