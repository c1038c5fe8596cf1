-- On how many of the assets that have a finding decisions stand that name assets: the fix of it is needed on the others.
alter table decision_finding add column decided_count int not null default 0;

-- Where such decisions stand, everything is computed anew: also what was decided before.
do $$
declare
  c record;
begin
  for c in select id from company loop
    perform set_config('app.company_id', c.id::text, true);
    delete from company_computed where company_id = c.id and exists (select 1 from decision_asset where company_id = c.id);
  end loop;
  perform set_config('app.company_id', '', true);
end $$;
