-- Old history may be deleted: by the service alone, and nothing of the last 30 days, whatever a setting or a bug asks for.
grant delete on audit_event, inventory_delta to zerotrace_service;
create policy old_only on audit_event as restrictive for delete to zerotrace_service
  using (at < now() - interval '30 days');
create policy old_only on inventory_delta as restrictive for delete to zerotrace_service
  using (at < now() - interval '30 days');
-- The key orders by asset. The trail needs none: its ids are in the order of time.
create index inventory_delta_at on inventory_delta (company_id, at);
