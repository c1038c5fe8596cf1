-- Up to where everything that is computed of a company is true: after a start only what was written since is computed again. No row while
-- that is under way, and after it failed.
create table company_computed (
  company_id int not null primary key,
  -- of the code that computed
  formula text not null,
  -- every transaction before this one was over
  horizon xid8 not null,
  -- the transaction of this row: another one wrote it where rows were restored, whose numbers are those of elsewhere
  written_by xid8 not null
) partition by hash (company_id);

do $$
declare
  t constant text := 'company_computed';
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
end $$;

-- Jobs alone compute.
grant select, insert, update, delete on company_computed to zerotrace_service;
