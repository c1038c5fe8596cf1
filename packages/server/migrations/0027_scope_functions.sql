-- What a scope shows is asked in a function, which the planner does not open: nested policies were planned anew for each partition
-- of each table, and cost a statement over findings more than its execution.
create function assets_in_scope() returns setof uuid language plpgsql stable rows 1000 as $$
begin
  return query select a.id from public.asset a where a.company_id = nullif(current_setting('app.company_id', true), '')::int;
end $$;

create function components_in_scope() returns setof int language plpgsql stable rows 10000 as $$
begin
  return query select distinct unnest(i.component_ids) from public.inventory i
    where i.company_id = nullif(current_setting('app.company_id', true), '')::int;
end $$;

do $$
declare
  t text;
  tables constant text[] := array['inventory', 'inventory_delta', 'component_place', 'asset_day', 'upload'];
begin
  foreach t in array tables loop
    execute format(
      'alter policy in_scope on %I using ((select coalesce(current_setting(''app.labels'', true), '''') = '''')
         or asset_id in (select assets_in_scope()))', t);
  end loop;
end $$;

alter policy in_scope on finding using ((select coalesce(current_setting('app.labels', true), '') = '')
  or component_id in (select components_in_scope()));

alter policy in_scope on credential using ((select coalesce(current_setting('app.labels', true), '') = '') or kind = 'session'
  or asset_id in (select assets_in_scope())
  or (asset_id is null and labels is not null
    and labels <@ (select string_to_array(substr(current_setting('app.labels', true), 2), ','))));
