-- What changed by day: the worst of what opened first, what was fixed, what came back, what became known to be exploited; new
-- assets, and agents that came and went. Columns that seldom change, so that most updates stay HOT.
create index finding_opened on finding (company_id, severity_rank, first_seen_at);
create index finding_fixed on finding (company_id, fixed_at) where fixed_at is not null;
create index finding_reopened on finding (company_id, reopened_at) where reopened_at is not null;
create index finding_kev on finding (company_id, kev_added_at) where kev_added_at is not null;
create index asset_first_seen on asset (company_id, first_seen_at);
create index credential_device_made on credential (company_id, created_at) where kind = 'device';
create index credential_device_revoked on credential (company_id, revoked_at) where kind = 'device' and revoked_at is not null;
