-- Who sees only assets with certain labels sees nothing of others: the database itself says so, in every statement of a transaction
-- that was opened for such a caller. app.labels: '' for no scope, else a comma and the labels with commas between.

create policy in_scope on asset as restrictive
  using ((select coalesce(current_setting('app.labels', true), '') = '')
    or labels && (select string_to_array(substr(current_setting('app.labels', true), 2), ',')))
  with check ((select coalesce(current_setting('app.labels', true), '') = '')
    or labels && (select string_to_array(substr(current_setting('app.labels', true), 2), ',')));

-- What lies below an asset is seen with it: the policy of asset holds within these too.
do $$
declare
  t text;
  tables constant text[] := array['inventory', 'inventory_delta', 'component_place', 'asset_day', 'upload'];
begin
  foreach t in array tables loop
    execute format(
      'create policy in_scope on %I as restrictive
       using ((select coalesce(current_setting(''app.labels'', true), '''') = '''') or asset_id in (
         select a.id from asset a where a.company_id = nullif(current_setting(''app.company_id'', true), '''')::int))', t);
  end loop;
end $$;

-- A finding is one for all assets of the company: it is seen by who sees an asset that has its component.
create policy in_scope on finding as restrictive
  using ((select coalesce(current_setting('app.labels', true), '') = '') or component_id in (
    select unnest(i.component_ids) from inventory i
    where i.company_id = nullif(current_setting('app.company_id', true), '')::int));

-- What speaks of the company as a whole, and would tell of assets that are not seen.
do $$
declare
  t text;
  tables constant text[] := array['daily_stat', 'audit_event', 'audit_link', 'registry', 'registry_tag', 'company_export'];
begin
  foreach t in array tables loop
    execute format(
      'create policy in_scope on %I as restrictive for select
       using ((select coalesce(current_setting(''app.labels'', true), '''') = ''''))', t);
  end loop;
end $$;

-- Sessions are their persons' own; of the rest those of assets that are seen, and tokens that reach no further than the caller.
create policy in_scope on credential as restrictive
  using ((select coalesce(current_setting('app.labels', true), '') = '') or kind = 'session'
    or asset_id in (select a.id from asset a where a.company_id = nullif(current_setting('app.company_id', true), '')::int)
    or (asset_id is null and labels is not null
      and labels <@ (select string_to_array(substr(current_setting('app.labels', true), 2), ','))));
