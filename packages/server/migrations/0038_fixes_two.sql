-- What an advisory says to CISA's tree, as one number (core: ssvcClassOf), so that queries can ask for the decision. Null until its feeds
-- are published next. Advisories are public: a company may know the class of one, and nothing else of this table.
alter table advisory add column ssvc smallint;
create function ssvc_class_of(advisory int) returns smallint
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select a.ssvc from public.advisory a where a.id = advisory
$$;
create index advisory_unclassed on advisory (name) where ssvc is null;

-- Findings are of components, advisories are not: both are told. Assets are counted for the fix as a whole, each once. All is summed anew
-- after a start.
alter table fix add column advisory_count int not null default 0;
alter table fix_part add column advisory_count int not null default 0, drop column asset_count;

-- The day on which it was due when webhooks were told that it is over: each day is told once.
alter table fix_work add column overdue_told_on date;

-- A decision that waits for a second person is told as asked for, too: those who set the first name go on hearing it.
create or replace function note_decision_event() returns trigger language plpgsql as $$
declare
  event text;
  wanted text[];
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
  wanted := case when event = 'decision.proposed' then array['decision.proposed', 'decision.requested'] else array[event] end;
  perform public.note_webhook_event(new.company_id, event, jsonb_build_object(
    'decisionId', new.id, 'kind', new.kind, 'scope', left(new.scope, 1000), 'owner', new.owner, 'createdBy', new.created_by,
    'expiresAt', new.expires_at, 'endedBy', new.revoked_by), wanted);
  return null;
end $$;
