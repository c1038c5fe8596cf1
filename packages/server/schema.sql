-- The schema after all migrations and the queue's, for reading. Written by `npm run schema:write`; a test keeps it true.
-- The migrations are what runs.

create table access_token (
  company_id integer not null,
  id uuid not null,
  credential_id uuid not null,
  audience text not null,
  created_at timestamp with time zone default now() not null,
  ends_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint access_token_pkey PRIMARY KEY (company_id, id)
) partition by HASH (company_id);
alter table access_token enable row level security;
alter table access_token force row level security;
create table access_token_0 partition of access_token FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table access_token_1 partition of access_token FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table access_token_2 partition of access_token FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table access_token_3 partition of access_token FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table access_token_4 partition of access_token FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table access_token_5 partition of access_token FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table access_token_6 partition of access_token FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table access_token_7 partition of access_token FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table advisory (
  id integer generated always as identity not null,
  name text not null,
  aliases text[] not null,
  summary text not null,
  severity text not null,
  cvss real,
  cvss_vector text,
  epss real,
  epss_percentile real,
  kev_added_at date,
  published_at timestamp with time zone,
  modified_at timestamp with time zone,
  attributes_hash text not null,
  ssvc smallint,
  constraint advisory_pkey PRIMARY KEY (id),
  constraint advisory_name_key UNIQUE (name)
);

create table advisory_record (
  id text not null,
  feed text not null,
  modified_at timestamp with time zone,
  hash bytea not null,
  doc text not null,
  constraint advisory_record_pkey PRIMARY KEY (id)
);

create table agent_chain (
  company_id integer not null,
  agent_id uuid not null,
  secret bytea not null,
  branch integer not null,
  step bigint not null,
  forks bigint[] default '{}'::bigint[] not null,
  machine text default ''::text not null,
  boot text default ''::text not null,
  hostname text default ''::text not null,
  ip text default ''::text not null,
  seen_at timestamp with time zone not null,
  restored_at timestamp with time zone,
  cloned_at timestamp with time zone,
  clone jsonb,
  constraint agent_chain_pkey PRIMARY KEY (company_id, agent_id)
) partition by HASH (company_id);
alter table agent_chain enable row level security;
alter table agent_chain force row level security;
create table agent_chain_0 partition of agent_chain FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table agent_chain_1 partition of agent_chain FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table agent_chain_2 partition of agent_chain FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table agent_chain_3 partition of agent_chain FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table agent_chain_4 partition of agent_chain FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table agent_chain_5 partition of agent_chain FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table agent_chain_6 partition of agent_chain FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table agent_chain_7 partition of agent_chain FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table asset (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  kind text default 'host'::text not null,
  name text not null,
  machine_id text not null,
  os text not null,
  ecosystem text not null,
  facts jsonb not null,
  agent_version text not null,
  component_count integer default 0 not null,
  critical integer default 0 not null,
  high integer default 0 not null,
  medium integer default 0 not null,
  low integer default 0 not null,
  "none" integer default 0 not null,
  unknown integer default 0 not null,
  kev_count integer default 0 not null,
  risk real default 0 not null,
  covered integer default 0 not null,
  not_covered integer default 0 not null,
  unparsable integer default 0 not null,
  unreadable_sources text[] default '{}'::text[] not null,
  inventory_wanted boolean default true not null,
  dirty boolean default true not null,
  first_seen_at timestamp with time zone default now() not null,
  last_seen_at timestamp with time zone default now() not null,
  inventory_at timestamp with time zone,
  inventory_taken_at timestamp with time zone,
  branch text default ''::text not null,
  version text default ''::text not null,
  labels text[] default '{}'::text[] not null,
  criticality text,
  criticality_by text default ''::text not null,
  exposure text,
  exposure_by text default ''::text not null,
  weighted_risk real generated always as (
CASE
    WHEN (risk > (0)::double precision) THEN ((risk +
    CASE exposure
        WHEN 'internet'::text THEN (6)::real
        WHEN 'internal'::text THEN (3)::real
        ELSE (0)::real
    END) +
    CASE criticality
        WHEN 'critical'::text THEN (6)::real
        WHEN 'high'::text THEN (4.2)::real
        WHEN 'normal'::text THEN (2.4)::real
        ELSE (0)::real
    END)
    ELSE (0)::real
END) not null,
  constraint asset_pkey PRIMARY KEY (company_id, id),
  constraint asset_company_id_machine_id_key UNIQUE (company_id, machine_id),
  constraint asset_criticality_check CHECK ((criticality = ANY (ARRAY['critical'::text, 'high'::text, 'normal'::text, 'low'::text]))),
  constraint asset_exposure_check CHECK ((exposure = ANY (ARRAY['internet'::text, 'internal'::text, 'isolated'::text])))
) partition by HASH (company_id);
alter table asset enable row level security;
alter table asset force row level security;
create table asset_0 partition of asset FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table asset_1 partition of asset FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table asset_2 partition of asset FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table asset_3 partition of asset FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table asset_4 partition of asset FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table asset_5 partition of asset FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table asset_6 partition of asset FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table asset_7 partition of asset FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table asset_day (
  company_id integer not null,
  asset_id uuid not null,
  day date not null,
  risk real not null,
  component_count integer not null,
  critical integer not null,
  high integer not null,
  medium integer not null,
  low integer not null,
  "none" integer not null,
  unknown integer not null,
  kev_count integer not null,
  not_covered integer not null,
  constraint asset_day_pkey PRIMARY KEY (company_id, asset_id, day)
) partition by HASH (company_id);
alter table asset_day enable row level security;
alter table asset_day force row level security;
create table asset_day_0 partition of asset_day FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table asset_day_1 partition of asset_day FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table asset_day_2 partition of asset_day FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table asset_day_3 partition of asset_day FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table asset_day_4 partition of asset_day FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table asset_day_5 partition of asset_day FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table asset_day_6 partition of asset_day FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table asset_day_7 partition of asset_day FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table audit_checkpoint (
  company_id integer not null,
  seq bigint not null,
  hash bytea not null,
  count integer not null,
  before timestamp with time zone not null,
  at timestamp with time zone not null,
  key_id text not null,
  public_key bytea not null,
  signature bytea not null,
  constraint audit_checkpoint_pkey PRIMARY KEY (company_id, seq)
) partition by HASH (company_id);
alter table audit_checkpoint enable row level security;
alter table audit_checkpoint force row level security;
create table audit_checkpoint_0 partition of audit_checkpoint FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table audit_checkpoint_1 partition of audit_checkpoint FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table audit_checkpoint_2 partition of audit_checkpoint FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table audit_checkpoint_3 partition of audit_checkpoint FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table audit_checkpoint_4 partition of audit_checkpoint FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table audit_checkpoint_5 partition of audit_checkpoint FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table audit_checkpoint_6 partition of audit_checkpoint FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table audit_checkpoint_7 partition of audit_checkpoint FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table audit_event (
  company_id integer not null,
  id bigint generated always as identity not null,
  at timestamp with time zone default now() not null,
  actor text not null,
  action text not null,
  target text not null,
  detail jsonb not null,
  ip text not null,
  before jsonb,
  after jsonb,
  constraint audit_event_pkey PRIMARY KEY (company_id, id)
) partition by HASH (company_id);
alter table audit_event enable row level security;
alter table audit_event force row level security;
create table audit_event_0 partition of audit_event FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table audit_event_1 partition of audit_event FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table audit_event_2 partition of audit_event FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table audit_event_3 partition of audit_event FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table audit_event_4 partition of audit_event FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table audit_event_5 partition of audit_event FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table audit_event_6 partition of audit_event FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table audit_event_7 partition of audit_event FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table audit_link (
  company_id integer not null,
  seq bigint not null,
  event_id bigint not null,
  previous bytea not null,
  hash bytea not null,
  constraint audit_link_pkey PRIMARY KEY (company_id, seq),
  constraint audit_link_company_id_event_id_key UNIQUE (company_id, event_id)
) partition by HASH (company_id);
alter table audit_link enable row level security;
alter table audit_link force row level security;
create table audit_link_0 partition of audit_link FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table audit_link_1 partition of audit_link FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table audit_link_2 partition of audit_link FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table audit_link_3 partition of audit_link FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table audit_link_4 partition of audit_link FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table audit_link_5 partition of audit_link FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table audit_link_6 partition of audit_link FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table audit_link_7 partition of audit_link FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table audit_sink (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  name text not null,
  kind text not null,
  url text not null,
  format text not null,
  secret text,
  sent_seq bigint not null,
  sent_at timestamp with time zone,
  failure_count integer default 0 not null,
  next_try_at timestamp with time zone default now() not null,
  last_error text,
  created_at timestamp with time zone default now() not null,
  created_by text not null,
  constraint audit_sink_pkey PRIMARY KEY (company_id, id),
  constraint audit_sink_company_id_name_key UNIQUE (company_id, name),
  constraint audit_sink_format_check CHECK ((format = ANY (ARRAY['cef'::text, 'json'::text]))),
  constraint audit_sink_kind_check CHECK ((kind = ANY (ARRAY['http'::text, 'syslog'::text])))
) partition by HASH (company_id);
alter table audit_sink enable row level security;
alter table audit_sink force row level security;
create table audit_sink_0 partition of audit_sink FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table audit_sink_1 partition of audit_sink FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table audit_sink_2 partition of audit_sink FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table audit_sink_3 partition of audit_sink FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table audit_sink_4 partition of audit_sink FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table audit_sink_5 partition of audit_sink FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table audit_sink_6 partition of audit_sink FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table audit_sink_7 partition of audit_sink FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table bulk_action (
  company_id integer not null,
  id uuid not null,
  kind text not null,
  query text not null,
  wish jsonb not null,
  finding_count integer not null,
  changed_count integer not null,
  decision_id uuid,
  at timestamp with time zone default now() not null,
  by text not null,
  scope text default COALESCE(current_setting('app.labels'::text, true), ''::text) not null,
  undone_at timestamp with time zone,
  undone_by text,
  restored_count integer,
  constraint bulk_action_pkey PRIMARY KEY (company_id, id),
  constraint bulk_action_kind_check CHECK ((kind = ANY (ARRAY['state'::text, 'assign'::text, 'comment'::text, 'decide'::text])))
) partition by HASH (company_id);
alter table bulk_action enable row level security;
alter table bulk_action force row level security;
create table bulk_action_0 partition of bulk_action FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table bulk_action_1 partition of bulk_action FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table bulk_action_2 partition of bulk_action FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table bulk_action_3 partition of bulk_action FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table bulk_action_4 partition of bulk_action FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table bulk_action_5 partition of bulk_action FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table bulk_action_6 partition of bulk_action FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table bulk_action_7 partition of bulk_action FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table canary_run (
  one boolean default true not null,
  ran_at timestamp with time zone not null,
  ok boolean not null,
  question_count integer not null,
  faults text[] not null,
  constraint canary_run_pkey PRIMARY KEY (one),
  constraint canary_run_one_check CHECK (one)
);

create table company (
  id integer generated always as identity not null,
  name text not null,
  created_at timestamp with time zone default now() not null,
  is_provider boolean default false not null,
  state text default 'active'::text not null,
  state_reason text,
  delete_at timestamp with time zone,
  deletion jsonb,
  canary text,
  constraint company_pkey PRIMARY KEY (id),
  constraint company_canary_check CHECK ((canary = ANY (ARRAY['holder'::text, 'spy'::text]))),
  constraint company_canary_key UNIQUE (canary),
  constraint company_delete_at CHECK (((state = 'deleting'::text) = (delete_at IS NOT NULL))),
  constraint company_name_key UNIQUE (name),
  constraint company_state_check CHECK ((state = ANY (ARRAY['active'::text, 'suspended'::text, 'deleting'::text])))
);
alter table company enable row level security;

create table company_ca (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  certificate bytea not null,
  key text not null,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  constraint company_ca_pkey PRIMARY KEY (company_id, id)
) partition by HASH (company_id);
alter table company_ca enable row level security;
alter table company_ca force row level security;
create table company_ca_0 partition of company_ca FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table company_ca_1 partition of company_ca FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table company_ca_2 partition of company_ca FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table company_ca_3 partition of company_ca FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table company_ca_4 partition of company_ca FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table company_ca_5 partition of company_ca FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table company_ca_6 partition of company_ca FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table company_ca_7 partition of company_ca FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table company_computed (
  company_id integer not null,
  formula text not null,
  horizon xid8 not null,
  written_by xid8 not null,
  constraint company_computed_pkey PRIMARY KEY (company_id)
) partition by HASH (company_id);
alter table company_computed enable row level security;
alter table company_computed force row level security;
create table company_computed_0 partition of company_computed FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table company_computed_1 partition of company_computed FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table company_computed_2 partition of company_computed FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table company_computed_3 partition of company_computed FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table company_computed_4 partition of company_computed FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table company_computed_5 partition of company_computed FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table company_computed_6 partition of company_computed FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table company_computed_7 partition of company_computed FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table company_data_key (
  company_id integer not null,
  id text not null,
  master_key_id text not null,
  wrapped text not null,
  created_at timestamp with time zone default now() not null,
  rewrapped_at timestamp with time zone,
  constraint company_data_key_pkey PRIMARY KEY (company_id, id)
) partition by HASH (company_id);
alter table company_data_key enable row level security;
alter table company_data_key force row level security;
create table company_data_key_0 partition of company_data_key FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table company_data_key_1 partition of company_data_key FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table company_data_key_2 partition of company_data_key FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table company_data_key_3 partition of company_data_key FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table company_data_key_4 partition of company_data_key FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table company_data_key_5 partition of company_data_key FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table company_data_key_6 partition of company_data_key FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table company_data_key_7 partition of company_data_key FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table company_export (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  state text default 'waiting'::text not null,
  asked_by text not null,
  asked_at timestamp with time zone default now() not null,
  finished_at timestamp with time zone,
  expires_at timestamp with time zone,
  size_bytes bigint,
  row_count bigint,
  sha256 text,
  error text,
  constraint company_export_pkey PRIMARY KEY (company_id, id),
  constraint company_export_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text])))
) partition by HASH (company_id);
alter table company_export enable row level security;
alter table company_export force row level security;
create table company_export_0 partition of company_export FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table company_export_1 partition of company_export FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table company_export_2 partition of company_export FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table company_export_3 partition of company_export FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table company_export_4 partition of company_export FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table company_export_5 partition of company_export FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table company_export_6 partition of company_export FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table company_export_7 partition of company_export FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table company_limit (
  company_id integer not null,
  name text not null,
  value bigint not null,
  changed_at timestamp with time zone default now() not null,
  changed_by text not null,
  constraint company_limit_pkey PRIMARY KEY (company_id, name),
  constraint company_limit_value_check CHECK ((value >= 0))
) partition by HASH (company_id);
alter table company_limit enable row level security;
alter table company_limit force row level security;
create table company_limit_0 partition of company_limit FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table company_limit_1 partition of company_limit FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table company_limit_2 partition of company_limit FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table company_limit_3 partition of company_limit FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table company_limit_4 partition of company_limit FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table company_limit_5 partition of company_limit FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table company_limit_6 partition of company_limit FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table company_limit_7 partition of company_limit FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table company_setting (
  company_id integer not null,
  name text not null,
  value jsonb not null,
  changed_at timestamp with time zone default now() not null,
  changed_by text not null,
  constraint company_setting_pkey PRIMARY KEY (company_id, name)
) partition by HASH (company_id);
alter table company_setting enable row level security;
alter table company_setting force row level security;
create table company_setting_0 partition of company_setting FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table company_setting_1 partition of company_setting FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table company_setting_2 partition of company_setting FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table company_setting_3 partition of company_setting FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table company_setting_4 partition of company_setting FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table company_setting_5 partition of company_setting FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table company_setting_6 partition of company_setting FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table company_setting_7 partition of company_setting FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table company_total (
  company_id integer not null,
  critical integer not null,
  high integer not null,
  medium integer not null,
  low integer not null,
  "none" integer not null,
  unknown integer not null,
  finding_count integer not null,
  package_count integer not null,
  kev_count integer not null,
  fixable_count integer not null,
  coverage jsonb not null,
  advisory_count integer,
  constraint company_total_pkey PRIMARY KEY (company_id)
) partition by HASH (company_id);
alter table company_total enable row level security;
alter table company_total force row level security;
create table company_total_0 partition of company_total FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table company_total_1 partition of company_total FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table company_total_2 partition of company_total FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table company_total_3 partition of company_total FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table company_total_4 partition of company_total FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table company_total_5 partition of company_total FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table company_total_6 partition of company_total FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table company_total_7 partition of company_total FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table company_usage (
  company_id integer not null,
  day date not null,
  components_added bigint default 0 not null,
  storage_bytes bigint,
  constraint company_usage_pkey PRIMARY KEY (company_id, day)
) partition by HASH (company_id);
alter table company_usage enable row level security;
alter table company_usage force row level security;
create table company_usage_0 partition of company_usage FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table company_usage_1 partition of company_usage FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table company_usage_2 partition of company_usage FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table company_usage_3 partition of company_usage FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table company_usage_4 partition of company_usage FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table company_usage_5 partition of company_usage FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table company_usage_6 partition of company_usage FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table company_usage_7 partition of company_usage FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table component (
  id integer generated always as identity not null,
  ecosystem text not null,
  name text not null,
  version text not null,
  arch text not null,
  source_name text not null,
  source_version text not null,
  package_id integer not null,
  judged_version text not null,
  purl text not null,
  judged_generation integer,
  verdict text,
  verdict_reason text,
  critical integer default 0 not null,
  high integer default 0 not null,
  medium integer default 0 not null,
  low integer default 0 not null,
  "none" integer default 0 not null,
  unknown integer default 0 not null,
  kev_count integer default 0 not null,
  max_risk real default 0 not null,
  owner_ecosystem text default ''::text not null,
  owner_name text default ''::text not null,
  owner_version text default ''::text not null,
  fixable integer default 0 not null,
  constraint component_pkey PRIMARY KEY (id),
  constraint component_identity UNIQUE (ecosystem, name, version, arch, source_name, source_version, owner_ecosystem, owner_name, owner_version)
);

create table component_match (
  component_id integer not null,
  advisory_id integer not null,
  record_id text not null,
  fixed_in text,
  urgency text not null,
  risk real not null,
  constraint component_match_pkey PRIMARY KEY (component_id, advisory_id)
);

create table component_place (
  company_id integer not null,
  asset_id uuid not null,
  component_id integer not null,
  paths text[] not null,
  layer text not null,
  license text not null,
  is_direct boolean,
  is_dev boolean,
  constraint component_place_pkey PRIMARY KEY (company_id, asset_id, component_id)
) partition by HASH (company_id);
alter table component_place enable row level security;
alter table component_place force row level security;
create table component_place_0 partition of component_place FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table component_place_1 partition of component_place FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table component_place_2 partition of component_place FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table component_place_3 partition of component_place FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table component_place_4 partition of component_place FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table component_place_5 partition of component_place FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table component_place_6 partition of component_place FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table component_place_7 partition of component_place FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table credential (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  kind text not null,
  hash bytea not null,
  previous_hash bytea,
  subject text not null,
  label text default ''::text not null,
  permissions text[] not null,
  asset_id uuid,
  created_at timestamp with time zone default now() not null,
  rotated_at timestamp with time zone,
  expires_at timestamp with time zone,
  uses_left integer,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  person_id uuid,
  labels text[],
  method text,
  ip text,
  user_agent text,
  ranges text[],
  agents_max integer,
  enrolled_by uuid,
  previous_until timestamp with time zone,
  awaits_factor boolean default false not null,
  constraint credential_pkey PRIMARY KEY (company_id, id),
  constraint credential_company_id_hash_key UNIQUE (company_id, hash),
  constraint credential_kind_check CHECK ((kind = ANY (ARRAY['session'::text, 'signin'::text, 'api'::text, 'device'::text, 'enrollment'::text])))
) partition by HASH (company_id);
alter table credential enable row level security;
alter table credential force row level security;
create table credential_0 partition of credential FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table credential_1 partition of credential FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table credential_2 partition of credential FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table credential_3 partition of credential FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table credential_4 partition of credential FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table credential_5 partition of credential FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table credential_6 partition of credential FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table credential_7 partition of credential FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table daily_stat (
  company_id integer not null,
  day date not null,
  risk real not null,
  critical integer not null,
  high integer not null,
  medium integer not null,
  low integer not null,
  "none" integer not null,
  unknown integer not null,
  constraint daily_stat_pkey PRIMARY KEY (company_id, day)
) partition by HASH (company_id);
alter table daily_stat enable row level security;
alter table daily_stat force row level security;
create table daily_stat_0 partition of daily_stat FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table daily_stat_1 partition of daily_stat FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table daily_stat_2 partition of daily_stat FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table daily_stat_3 partition of daily_stat FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table daily_stat_4 partition of daily_stat FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table daily_stat_5 partition of daily_stat FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table daily_stat_6 partition of daily_stat FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table daily_stat_7 partition of daily_stat FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table dashboard (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  person_id uuid,
  name text not null,
  widgets jsonb default '[]'::jsonb not null,
  revision integer default 1 not null,
  created_at timestamp with time zone default now() not null,
  created_by text not null,
  changed_at timestamp with time zone default now() not null,
  constraint dashboard_pkey PRIMARY KEY (company_id, id),
  constraint dashboard_company_id_person_id_name_key UNIQUE NULLS NOT DISTINCT (company_id, person_id, name),
  constraint dashboard_widgets_check CHECK ((jsonb_typeof(widgets) = 'array'::text))
) partition by HASH (company_id);
alter table dashboard enable row level security;
alter table dashboard force row level security;
create table dashboard_0 partition of dashboard FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table dashboard_1 partition of dashboard FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table dashboard_2 partition of dashboard FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table dashboard_3 partition of dashboard FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table dashboard_4 partition of dashboard FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table dashboard_5 partition of dashboard FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table dashboard_6 partition of dashboard FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table dashboard_7 partition of dashboard FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table decision (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  kind text not null,
  scope text not null,
  by_asset boolean not null,
  reason text not null,
  owner text not null,
  created_at timestamp with time zone default now() not null,
  created_by text not null,
  needs_approval boolean not null,
  approved_at timestamp with time zone,
  approved_by text,
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  revoked_by text,
  ended_at timestamp with time zone,
  constraint decision_pkey PRIMARY KEY (company_id, id),
  constraint decision_check CHECK ((approved_by <> created_by)),
  constraint decision_kind_check CHECK ((kind = ANY (ARRAY['accept_risk'::text, 'false_positive'::text, 'not_affected'::text, 'deferred'::text])))
) partition by HASH (company_id);
alter table decision enable row level security;
alter table decision force row level security;
create table decision_0 partition of decision FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table decision_1 partition of decision FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table decision_2 partition of decision FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table decision_3 partition of decision FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table decision_4 partition of decision FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table decision_5 partition of decision FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table decision_6 partition of decision FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table decision_7 partition of decision FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table decision_asset (
  company_id integer not null,
  decision_id uuid not null,
  asset_id uuid not null,
  constraint decision_asset_pkey PRIMARY KEY (company_id, asset_id, decision_id)
) partition by HASH (company_id);
alter table decision_asset enable row level security;
alter table decision_asset force row level security;
create table decision_asset_0 partition of decision_asset FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table decision_asset_1 partition of decision_asset FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table decision_asset_2 partition of decision_asset FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table decision_asset_3 partition of decision_asset FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table decision_asset_4 partition of decision_asset FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table decision_asset_5 partition of decision_asset FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table decision_asset_6 partition of decision_asset FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table decision_asset_7 partition of decision_asset FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table decision_finding (
  company_id integer not null,
  decision_id uuid not null,
  component_id integer not null,
  advisory_id integer not null,
  severity_rank smallint not null,
  is_kev boolean not null,
  in_force boolean not null,
  closes boolean not null,
  lapsed_at timestamp with time zone,
  lapse text,
  decided_count integer default 0 not null,
  constraint decision_finding_pkey PRIMARY KEY (company_id, component_id, advisory_id, decision_id),
  constraint decision_finding_lapse_check CHECK ((lapse = ANY (ARRAY['severity'::text, 'kev'::text])))
) partition by HASH (company_id);
alter table decision_finding enable row level security;
alter table decision_finding force row level security;
create table decision_finding_0 partition of decision_finding FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table decision_finding_1 partition of decision_finding FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table decision_finding_2 partition of decision_finding FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table decision_finding_3 partition of decision_finding FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table decision_finding_4 partition of decision_finding FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table decision_finding_5 partition of decision_finding FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table decision_finding_6 partition of decision_finding FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table decision_finding_7 partition of decision_finding FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table feed_generation (
  id integer generated always as identity not null,
  published_at timestamp with time zone default now() not null,
  meta jsonb not null,
  index_file text not null,
  origin text default 'sync'::text not null,
  source_stamp text,
  confirmed_at timestamp with time zone default now() not null,
  constraint feed_generation_pkey PRIMARY KEY (id),
  constraint feed_generation_origin_check CHECK ((origin = ANY (ARRAY['sync'::text, 'import'::text, 'rollback'::text])))
);

create table finding (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  component_id integer not null,
  advisory_id integer not null,
  advisory text not null,
  aliases text[] not null,
  summary text not null,
  ecosystem text not null,
  package text not null,
  source text,
  version text not null,
  purl text not null,
  fixed_in text,
  severity text not null,
  severity_rank smallint not null,
  cvss real,
  epss real,
  kev_added_at date,
  risk real not null,
  urgency text not null,
  record_id text not null,
  status text not null,
  asset_count integer not null,
  published_at timestamp with time zone,
  first_seen_at timestamp with time zone default now() not null,
  fixed_at timestamp with time zone,
  reopened_at timestamp with time zone,
  constraint finding_pkey PRIMARY KEY (company_id, id),
  constraint finding_company_id_component_id_advisory_id_key UNIQUE (company_id, component_id, advisory_id),
  constraint finding_status_check CHECK ((status = ANY (ARRAY['open'::text, 'fixed'::text])))
) partition by HASH (company_id);
alter table finding enable row level security;
alter table finding force row level security;
create table finding_0 partition of finding FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table finding_1 partition of finding FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table finding_2 partition of finding FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table finding_3 partition of finding FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table finding_4 partition of finding FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table finding_5 partition of finding FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table finding_6 partition of finding FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table finding_7 partition of finding FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table finding_attachment (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  finding_id uuid not null,
  component_id integer not null,
  comment_id uuid,
  name text not null,
  media_type text not null,
  size_bytes integer not null,
  sha256 text not null,
  content bytea not null,
  at timestamp with time zone default now() not null,
  by text not null,
  person_id uuid,
  constraint finding_attachment_pkey PRIMARY KEY (company_id, id)
) partition by HASH (company_id);
alter table finding_attachment enable row level security;
alter table finding_attachment force row level security;
create table finding_attachment_0 partition of finding_attachment FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table finding_attachment_1 partition of finding_attachment FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table finding_attachment_2 partition of finding_attachment FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table finding_attachment_3 partition of finding_attachment FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table finding_attachment_4 partition of finding_attachment FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table finding_attachment_5 partition of finding_attachment FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table finding_attachment_6 partition of finding_attachment FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table finding_attachment_7 partition of finding_attachment FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table finding_change (
  company_id integer not null,
  id bigint generated always as identity not null,
  finding_id uuid not null,
  component_id integer not null,
  at timestamp with time zone default now() not null,
  by text not null,
  state_before text,
  state text,
  assignee_before uuid,
  assignee_id uuid,
  change_id uuid not null,
  constraint finding_change_pkey PRIMARY KEY (company_id, id)
) partition by HASH (company_id);
alter table finding_change enable row level security;
alter table finding_change force row level security;
create table finding_change_0 partition of finding_change FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table finding_change_1 partition of finding_change FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table finding_change_2 partition of finding_change FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table finding_change_3 partition of finding_change FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table finding_change_4 partition of finding_change FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table finding_change_5 partition of finding_change FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table finding_change_6 partition of finding_change FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table finding_change_7 partition of finding_change FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table finding_comment (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  finding_id uuid not null,
  component_id integer not null,
  text text not null,
  at timestamp with time zone default now() not null,
  by text not null,
  person_id uuid,
  edited_at timestamp with time zone,
  change_id uuid,
  constraint finding_comment_pkey PRIMARY KEY (company_id, id)
) partition by HASH (company_id);
alter table finding_comment enable row level security;
alter table finding_comment force row level security;
create table finding_comment_0 partition of finding_comment FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table finding_comment_1 partition of finding_comment FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table finding_comment_2 partition of finding_comment FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table finding_comment_3 partition of finding_comment FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table finding_comment_4 partition of finding_comment FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table finding_comment_5 partition of finding_comment FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table finding_comment_6 partition of finding_comment FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table finding_comment_7 partition of finding_comment FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table finding_mention (
  company_id integer not null,
  person_id uuid not null,
  comment_id uuid not null,
  finding_id uuid not null,
  component_id integer not null,
  at timestamp with time zone default now() not null,
  read_at timestamp with time zone,
  constraint finding_mention_pkey PRIMARY KEY (company_id, person_id, comment_id)
) partition by HASH (company_id);
alter table finding_mention enable row level security;
alter table finding_mention force row level security;
create table finding_mention_0 partition of finding_mention FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table finding_mention_1 partition of finding_mention FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table finding_mention_2 partition of finding_mention FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table finding_mention_3 partition of finding_mention FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table finding_mention_4 partition of finding_mention FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table finding_mention_5 partition of finding_mention FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table finding_mention_6 partition of finding_mention FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table finding_mention_7 partition of finding_mention FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table finding_work (
  company_id integer not null,
  finding_id uuid not null,
  component_id integer not null,
  state text,
  assignee_id uuid,
  changed_at timestamp with time zone default now() not null,
  changed_by text not null,
  change_id uuid not null,
  constraint finding_work_pkey PRIMARY KEY (company_id, finding_id),
  constraint finding_work_state_check CHECK ((state = ANY (ARRAY['acknowledged'::text, 'in_work'::text])))
) partition by HASH (company_id);
alter table finding_work enable row level security;
alter table finding_work force row level security;
create table finding_work_0 partition of finding_work FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table finding_work_1 partition of finding_work FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table finding_work_2 partition of finding_work FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table finding_work_3 partition of finding_work FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table finding_work_4 partition of finding_work FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table finding_work_5 partition of finding_work FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table finding_work_6 partition of finding_work FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table finding_work_7 partition of finding_work FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table fix (
  company_id integer not null,
  ecosystem text not null,
  package text not null,
  has_fix boolean not null,
  fixed_in text,
  finding_count integer not null,
  asset_count integer not null,
  kev_count integer not null,
  critical integer not null,
  high integer not null,
  medium integer not null,
  low integer not null,
  "none" integer not null,
  unknown integer not null,
  weight double precision not null,
  max_risk real not null,
  advisories text[] not null,
  critical_since timestamp with time zone,
  high_since timestamp with time zone,
  medium_since timestamp with time zone,
  low_since timestamp with time zone,
  kev_since timestamp with time zone,
  decided_key bigint,
  advisory_count integer default 0 not null,
  content bigint,
  constraint fix_pkey PRIMARY KEY (company_id, ecosystem, package, has_fix)
) partition by HASH (company_id);
alter table fix enable row level security;
alter table fix force row level security;
create table fix_0 partition of fix FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table fix_1 partition of fix FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table fix_2 partition of fix FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table fix_3 partition of fix FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table fix_4 partition of fix FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table fix_5 partition of fix FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table fix_6 partition of fix FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table fix_7 partition of fix FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table fix_component (
  company_id integer not null,
  component_id integer not null,
  ecosystem text not null,
  package text not null,
  has_fix boolean not null,
  constraint fix_component_pkey PRIMARY KEY (company_id, component_id, has_fix)
) partition by HASH (company_id);
alter table fix_component enable row level security;
alter table fix_component force row level security;
create table fix_component_0 partition of fix_component FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table fix_component_1 partition of fix_component FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table fix_component_2 partition of fix_component FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table fix_component_3 partition of fix_component FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table fix_component_4 partition of fix_component FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table fix_component_5 partition of fix_component FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table fix_component_6 partition of fix_component FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table fix_component_7 partition of fix_component FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table fix_part (
  company_id integer not null,
  ecosystem text not null,
  package text not null,
  has_fix boolean not null,
  severity_rank smallint not null,
  is_kev boolean not null,
  fixes text not null,
  finding_count integer not null,
  weight double precision not null,
  max_risk real not null,
  advisories text not null,
  since timestamp with time zone not null,
  kev_since timestamp with time zone,
  advisory_count integer default 0 not null,
  constraint fix_part_pkey PRIMARY KEY (company_id, ecosystem, package, has_fix, severity_rank, is_kev)
) partition by HASH (company_id);
alter table fix_part enable row level security;
alter table fix_part force row level security;
create table fix_part_0 partition of fix_part FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table fix_part_1 partition of fix_part FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table fix_part_2 partition of fix_part FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table fix_part_3 partition of fix_part FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table fix_part_4 partition of fix_part FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table fix_part_5 partition of fix_part FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table fix_part_6 partition of fix_part FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table fix_part_7 partition of fix_part FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table fix_work (
  company_id integer not null,
  ecosystem text not null,
  package text not null,
  has_fix boolean not null,
  state text default 'open'::text not null,
  assignee_id uuid,
  due_on date,
  note text default ''::text not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  updated_by text not null,
  claimed_at timestamp with time zone,
  claimed_by text,
  claimed_version text,
  verification text,
  verified_at timestamp with time zone,
  left_finding_count integer default 0 not null,
  not_fixed_count integer default 0 not null,
  waiting_count integer default 0 not null,
  left_components integer[] default '{}'::integer[] not null,
  overdue_told_on date,
  constraint fix_work_pkey PRIMARY KEY (company_id, ecosystem, package, has_fix),
  constraint fix_work_state_check CHECK ((state = ANY (ARRAY['open'::text, 'planned'::text, 'in_work'::text, 'done'::text]))),
  constraint fix_work_verification_check CHECK ((verification = ANY (ARRAY['waiting'::text, 'verified'::text, 'not_fixed'::text, 'came_back'::text])))
) partition by HASH (company_id);
alter table fix_work enable row level security;
alter table fix_work force row level security;
create table fix_work_0 partition of fix_work FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table fix_work_1 partition of fix_work FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table fix_work_2 partition of fix_work FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table fix_work_3 partition of fix_work FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table fix_work_4 partition of fix_work FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table fix_work_5 partition of fix_work FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table fix_work_6 partition of fix_work FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table fix_work_7 partition of fix_work FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table held_component (
  company_id integer not null,
  component_id integer not null,
  name text not null,
  words text not null,
  asset_count integer not null,
  constraint held_component_pkey PRIMARY KEY (company_id, component_id)
) partition by HASH (company_id);
alter table held_component enable row level security;
alter table held_component force row level security;
create table held_component_0 partition of held_component FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table held_component_1 partition of held_component FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table held_component_2 partition of held_component FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table held_component_3 partition of held_component FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table held_component_4 partition of held_component FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table held_component_5 partition of held_component FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table held_component_6 partition of held_component FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table held_component_7 partition of held_component FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table identity_link (
  company_id integer not null,
  provider_id uuid not null,
  subject text not null,
  person_id uuid not null,
  created_at timestamp with time zone default now() not null,
  last_used_at timestamp with time zone default now() not null,
  lost_role_at timestamp with time zone,
  constraint identity_link_pkey PRIMARY KEY (company_id, provider_id, subject),
  constraint identity_link_company_id_provider_id_person_id_key UNIQUE (company_id, provider_id, person_id)
) partition by HASH (company_id);
alter table identity_link enable row level security;
alter table identity_link force row level security;
create table identity_link_0 partition of identity_link FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table identity_link_1 partition of identity_link FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table identity_link_2 partition of identity_link FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table identity_link_3 partition of identity_link FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table identity_link_4 partition of identity_link FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table identity_link_5 partition of identity_link FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table identity_link_6 partition of identity_link FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table identity_link_7 partition of identity_link FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table identity_provider (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  kind text not null,
  name text not null,
  config jsonb not null,
  secret text,
  domains text[] not null,
  mappings jsonb default '[]'::jsonb not null,
  default_role text,
  default_labels text[],
  creates_members boolean default false not null,
  enabled boolean default true not null,
  created_at timestamp with time zone default now() not null,
  created_by text not null,
  changed_at timestamp with time zone default now() not null,
  constraint identity_provider_pkey PRIMARY KEY (company_id, id),
  constraint identity_provider_company_id_name_key UNIQUE (company_id, name),
  constraint identity_provider_kind_check CHECK ((kind = ANY (ARRAY['oidc'::text, 'saml'::text])))
) partition by HASH (company_id);
alter table identity_provider enable row level security;
alter table identity_provider force row level security;
create table identity_provider_0 partition of identity_provider FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table identity_provider_1 partition of identity_provider FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table identity_provider_2 partition of identity_provider FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table identity_provider_3 partition of identity_provider FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table identity_provider_4 partition of identity_provider FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table identity_provider_5 partition of identity_provider FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table identity_provider_6 partition of identity_provider FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table identity_provider_7 partition of identity_provider FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table inventory (
  company_id integer not null,
  asset_id uuid not null,
  source text not null,
  status text not null,
  error text,
  problems text[] default '{}'::text[] not null,
  digest text,
  component_ids integer[] default '{}'::integer[] not null,
  taken_at timestamp with time zone not null,
  constraint inventory_pkey PRIMARY KEY (company_id, asset_id, source),
  constraint inventory_status_check CHECK ((status = ANY (ARRAY['ok'::text, 'unreadable'::text])))
) partition by HASH (company_id);
alter table inventory enable row level security;
alter table inventory force row level security;
create table inventory_0 partition of inventory FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table inventory_1 partition of inventory FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table inventory_2 partition of inventory FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table inventory_3 partition of inventory FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table inventory_4 partition of inventory FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table inventory_5 partition of inventory FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table inventory_6 partition of inventory FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table inventory_7 partition of inventory FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table inventory_delta (
  company_id integer not null,
  asset_id uuid not null,
  id bigint generated always as identity not null,
  source text not null,
  at timestamp with time zone default now() not null,
  added integer[] not null,
  removed integer[] not null,
  constraint inventory_delta_pkey PRIMARY KEY (company_id, asset_id, id)
) partition by HASH (company_id);
alter table inventory_delta enable row level security;
alter table inventory_delta force row level security;
create table inventory_delta_0 partition of inventory_delta FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table inventory_delta_1 partition of inventory_delta FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table inventory_delta_2 partition of inventory_delta FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table inventory_delta_3 partition of inventory_delta FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table inventory_delta_4 partition of inventory_delta FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table inventory_delta_5 partition of inventory_delta FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table inventory_delta_6 partition of inventory_delta FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table inventory_delta_7 partition of inventory_delta FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table invitation (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  email text not null,
  role text not null,
  labels text[],
  hash bytea not null,
  invited_by text not null,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  accepted_at timestamp with time zone,
  revoked_at timestamp with time zone,
  mailed_hash bytea,
  constraint invitation_pkey PRIMARY KEY (company_id, id),
  constraint invitation_company_id_hash_key UNIQUE (company_id, hash),
  constraint invitation_company_id_mailed_hash_key UNIQUE (company_id, mailed_hash)
) partition by HASH (company_id);
alter table invitation enable row level security;
alter table invitation force row level security;
create table invitation_0 partition of invitation FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table invitation_1 partition of invitation FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table invitation_2 partition of invitation FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table invitation_3 partition of invitation FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table invitation_4 partition of invitation FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table invitation_5 partition of invitation FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table invitation_6 partition of invitation FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table invitation_7 partition of invitation FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table mail (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  kind text not null,
  person_id uuid,
  address text,
  about jsonb not null,
  about_count integer not null,
  link text,
  state text default 'waiting'::text not null,
  created_at timestamp with time zone default now() not null,
  attempts integer default 0 not null,
  next_try_at timestamp with time zone default now() not null,
  tried_at timestamp with time zone,
  error text,
  constraint mail_pkey PRIMARY KEY (company_id, id),
  constraint mail_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'failed'::text])))
) partition by HASH (company_id);
alter table mail enable row level security;
alter table mail force row level security;
create table mail_0 partition of mail FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table mail_1 partition of mail FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table mail_2 partition of mail FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table mail_3 partition of mail FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table mail_4 partition of mail FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table mail_5 partition of mail FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table mail_6 partition of mail FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table mail_7 partition of mail FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table mail_choice (
  company_id integer not null,
  person_id uuid not null,
  language text,
  off text[] default '{}'::text[] not null,
  changed_at timestamp with time zone default now() not null,
  constraint mail_choice_pkey PRIMARY KEY (company_id, person_id)
) partition by HASH (company_id);
alter table mail_choice enable row level security;
alter table mail_choice force row level security;
create table mail_choice_0 partition of mail_choice FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table mail_choice_1 partition of mail_choice FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table mail_choice_2 partition of mail_choice FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table mail_choice_3 partition of mail_choice FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table mail_choice_4 partition of mail_choice FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table mail_choice_5 partition of mail_choice FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table mail_choice_6 partition of mail_choice FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table mail_choice_7 partition of mail_choice FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table mail_company (
  company_id integer not null,
  language text,
  digest_on date,
  failing_since timestamp with time zone,
  last_error text,
  last_error_at timestamp with time zone,
  next_try_at timestamp with time zone default now() not null,
  sent_at timestamp with time zone,
  constraint mail_company_pkey PRIMARY KEY (company_id)
) partition by HASH (company_id);
alter table mail_company enable row level security;
alter table mail_company force row level security;
create table mail_company_0 partition of mail_company FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table mail_company_1 partition of mail_company FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table mail_company_2 partition of mail_company FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table mail_company_3 partition of mail_company FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table mail_company_4 partition of mail_company FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table mail_company_5 partition of mail_company FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table mail_company_6 partition of mail_company FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table mail_company_7 partition of mail_company FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table mail_text (
  company_id integer not null,
  kind text not null,
  language text not null,
  subject text not null,
  opening text not null,
  closing text not null,
  changed_at timestamp with time zone default now() not null,
  changed_by text not null,
  constraint mail_text_pkey PRIMARY KEY (company_id, kind, language)
) partition by HASH (company_id);
alter table mail_text enable row level security;
alter table mail_text force row level security;
create table mail_text_0 partition of mail_text FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table mail_text_1 partition of mail_text FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table mail_text_2 partition of mail_text FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table mail_text_3 partition of mail_text FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table mail_text_4 partition of mail_text FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table mail_text_5 partition of mail_text FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table mail_text_6 partition of mail_text FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table mail_text_7 partition of mail_text FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table membership (
  company_id integer not null,
  person_id uuid not null,
  email text not null,
  name text not null,
  role text not null,
  labels text[],
  source text not null,
  external_id text,
  is_owner boolean default false not null,
  created_at timestamp with time zone default now() not null,
  last_seen_at timestamp with time zone,
  deactivated_at timestamp with time zone,
  constraint membership_pkey PRIMARY KEY (company_id, person_id),
  constraint membership_source_check CHECK ((source = ANY (ARRAY['invitation'::text, 'sso'::text, 'scim'::text, 'server'::text])))
) partition by HASH (company_id);
alter table membership enable row level security;
alter table membership force row level security;
create table membership_0 partition of membership FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table membership_1 partition of membership FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table membership_2 partition of membership FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table membership_3 partition of membership FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table membership_4 partition of membership FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table membership_5 partition of membership FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table membership_6 partition of membership FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table membership_7 partition of membership FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table outbox (
  company_id integer not null,
  id bigint generated always as identity not null,
  at timestamp with time zone default now() not null,
  channel text not null,
  ids text[] not null,
  count integer not null,
  summary jsonb not null,
  seq bigint,
  constraint outbox_pkey PRIMARY KEY (company_id, id)
) partition by HASH (company_id);
alter table outbox enable row level security;
alter table outbox force row level security;
create table outbox_0 partition of outbox FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table outbox_1 partition of outbox FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table outbox_2 partition of outbox FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table outbox_3 partition of outbox FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table outbox_4 partition of outbox FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table outbox_5 partition of outbox FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table outbox_6 partition of outbox FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table outbox_7 partition of outbox FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table package (
  id integer generated always as identity not null,
  ecosystem text not null,
  name text not null,
  constraint package_pkey PRIMARY KEY (id),
  constraint package_ecosystem_name_key UNIQUE (ecosystem, name)
);

create table passkey_challenge (
  hash bytea not null,
  purpose text not null,
  person_id uuid,
  rp_id text not null,
  expires_at timestamp with time zone not null,
  constraint passkey_challenge_pkey PRIMARY KEY (hash),
  constraint passkey_challenge_purpose_check CHECK ((purpose = ANY (ARRAY['add'::text, 'second'::text, 'alone'::text])))
);

create table person (
  id uuid default gen_random_uuid() not null,
  email text not null,
  name text not null,
  password_hash text,
  password_changed_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  deactivated_at timestamp with time zone,
  email_proved_at timestamp with time zone,
  constraint person_pkey PRIMARY KEY (id),
  constraint person_email_check CHECK (((email = lower(email)) AND (length(email) <= 254))),
  constraint person_email_key UNIQUE (email)
);

create table person_device (
  person_id uuid not null,
  hash bytea not null,
  created_at timestamp with time zone default now() not null,
  last_used_at timestamp with time zone default now() not null,
  constraint person_device_pkey PRIMARY KEY (person_id, hash)
);

create table person_factor (
  id uuid default gen_random_uuid() not null,
  person_id uuid not null,
  kind text not null,
  label text default ''::text not null,
  sealed text,
  last_step bigint,
  hash bytea,
  credential_id bytea,
  public_key bytea,
  counter bigint,
  rp_id text,
  transports text[],
  is_backed_up boolean,
  created_at timestamp with time zone default now() not null,
  confirmed_at timestamp with time zone,
  last_used_at timestamp with time zone,
  constraint person_factor_pkey PRIMARY KEY (id),
  constraint person_factor_check CHECK (((kind = 'totp'::text) = (sealed IS NOT NULL))),
  constraint person_factor_check1 CHECK (((kind = 'recovery'::text) = (hash IS NOT NULL))),
  constraint person_factor_check2 CHECK (((kind = 'passkey'::text) = ((credential_id IS NOT NULL) AND (public_key IS NOT NULL) AND (counter IS NOT NULL) AND (rp_id IS NOT NULL)))),
  constraint person_factor_credential_id_key UNIQUE (credential_id),
  constraint person_factor_kind_check CHECK ((kind = ANY (ARRAY['totp'::text, 'passkey'::text, 'recovery'::text])))
);

create table person_network (
  person_id uuid not null,
  network text not null,
  last_used_at timestamp with time zone default now() not null,
  constraint person_network_pkey PRIMARY KEY (person_id, network)
);

create table person_ticket (
  hash bytea not null,
  person_id uuid not null,
  purpose text not null,
  detail jsonb default '{}'::jsonb not null,
  tries_left integer not null,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  constraint person_ticket_pkey PRIMARY KEY (hash)
);

create table provider_entry (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  person_id uuid not null,
  email text not null,
  reason text not null,
  role text not null,
  credential_id uuid not null,
  entered_at timestamp with time zone default now() not null,
  ends_at timestamp with time zone not null,
  left_at timestamp with time zone,
  home_credential_id uuid,
  constraint provider_entry_pkey PRIMARY KEY (company_id, id)
) partition by HASH (company_id);
alter table provider_entry enable row level security;
alter table provider_entry force row level security;
create table provider_entry_0 partition of provider_entry FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table provider_entry_1 partition of provider_entry FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table provider_entry_2 partition of provider_entry FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table provider_entry_3 partition of provider_entry FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table provider_entry_4 partition of provider_entry FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table provider_entry_5 partition of provider_entry FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table provider_entry_6 partition of provider_entry FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table provider_entry_7 partition of provider_entry FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table registry (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  name text not null,
  host text not null,
  rules jsonb not null,
  platform text default ''::text not null,
  user_name text default ''::text not null,
  secret text,
  interval_minutes integer not null,
  next_look_at timestamp with time zone default now() not null,
  looking_since timestamp with time zone,
  last_looked_at timestamp with time zone,
  last_error text,
  problems text[] default '{}'::text[] not null,
  repository_count integer default 0 not null,
  request_count integer default 0 not null,
  created_at timestamp with time zone default now() not null,
  created_by text not null,
  constraint registry_pkey PRIMARY KEY (company_id, id),
  constraint registry_company_id_name_key UNIQUE (company_id, name),
  constraint registry_interval_minutes_check CHECK ((interval_minutes > 0))
) partition by HASH (company_id);
alter table registry enable row level security;
alter table registry force row level security;
create table registry_0 partition of registry FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table registry_1 partition of registry FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table registry_2 partition of registry FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table registry_3 partition of registry FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table registry_4 partition of registry FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table registry_5 partition of registry FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table registry_6 partition of registry FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table registry_7 partition of registry FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table registry_tag (
  company_id integer not null,
  registry_id uuid not null,
  repository text not null,
  tag text not null,
  digest text not null,
  scanned_digest text,
  state text not null,
  asset_id uuid,
  upload_id uuid,
  error text,
  first_seen_at timestamp with time zone default now() not null,
  scanned_at timestamp with time zone,
  constraint registry_tag_pkey PRIMARY KEY (company_id, registry_id, repository, tag),
  constraint registry_tag_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'scanning'::text, 'scanned'::text, 'failed'::text, 'gone'::text, 'unwatched'::text])))
) partition by HASH (company_id);
alter table registry_tag enable row level security;
alter table registry_tag force row level security;
create table registry_tag_0 partition of registry_tag FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table registry_tag_1 partition of registry_tag FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table registry_tag_2 partition of registry_tag FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table registry_tag_3 partition of registry_tag FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table registry_tag_4 partition of registry_tag FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table registry_tag_5 partition of registry_tag FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table registry_tag_6 partition of registry_tag FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table registry_tag_7 partition of registry_tag FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table risk_rule (
  company_id integer not null,
  "position" smallint not null,
  name text not null,
  condition text not null,
  criticality text,
  exposure text,
  changed_at timestamp with time zone default now() not null,
  changed_by text not null,
  constraint risk_rule_pkey PRIMARY KEY (company_id, "position"),
  constraint risk_rule_check CHECK ((num_nonnulls(criticality, exposure) > 0)),
  constraint risk_rule_company_id_name_key UNIQUE (company_id, name),
  constraint risk_rule_criticality_check CHECK ((criticality = ANY (ARRAY['critical'::text, 'high'::text, 'normal'::text, 'low'::text]))),
  constraint risk_rule_exposure_check CHECK ((exposure = ANY (ARRAY['internet'::text, 'internal'::text, 'isolated'::text])))
) partition by HASH (company_id);
alter table risk_rule enable row level security;
alter table risk_rule force row level security;
create table risk_rule_0 partition of risk_rule FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table risk_rule_1 partition of risk_rule FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table risk_rule_2 partition of risk_rule FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table risk_rule_3 partition of risk_rule FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table risk_rule_4 partition of risk_rule FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table risk_rule_5 partition of risk_rule FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table risk_rule_6 partition of risk_rule FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table risk_rule_7 partition of risk_rule FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table role (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  name text not null,
  summary text default ''::text not null,
  permissions text[] not null,
  created_at timestamp with time zone default now() not null,
  constraint role_pkey PRIMARY KEY (company_id, id),
  constraint role_company_id_name_key UNIQUE (company_id, name)
) partition by HASH (company_id);
alter table role enable row level security;
alter table role force row level security;
create table role_0 partition of role FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table role_1 partition of role FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table role_2 partition of role FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table role_3 partition of role FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table role_4 partition of role FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table role_5 partition of role FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table role_6 partition of role FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table role_7 partition of role FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table saved_view (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  person_id uuid,
  name text not null,
  noun text not null,
  query text default ''::text not null,
  sort text default ''::text not null,
  view text default ''::text not null,
  columns text[] default '{}'::text[] not null,
  created_at timestamp with time zone default now() not null,
  created_by text not null,
  changed_at timestamp with time zone default now() not null,
  constraint saved_view_pkey PRIMARY KEY (company_id, id),
  constraint saved_view_company_id_person_id_noun_name_key UNIQUE NULLS NOT DISTINCT (company_id, person_id, noun, name),
  constraint saved_view_noun_check CHECK ((noun = ANY (ARRAY['findings'::text, 'assets'::text, 'components'::text])))
) partition by HASH (company_id);
alter table saved_view enable row level security;
alter table saved_view force row level security;
create table saved_view_0 partition of saved_view FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table saved_view_1 partition of saved_view FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table saved_view_2 partition of saved_view FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table saved_view_3 partition of saved_view FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table saved_view_4 partition of saved_view FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table saved_view_5 partition of saved_view FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table saved_view_6 partition of saved_view FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table saved_view_7 partition of saved_view FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table schema_migration (
  version integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone default now() not null,
  constraint schema_migration_pkey PRIMARY KEY (version)
);

create table scim_group (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  display_name text not null,
  external_id text,
  created_at timestamp with time zone default now() not null,
  changed_at timestamp with time zone default now() not null,
  constraint scim_group_pkey PRIMARY KEY (company_id, id),
  constraint scim_group_company_id_display_name_key UNIQUE (company_id, display_name)
) partition by HASH (company_id);
alter table scim_group enable row level security;
alter table scim_group force row level security;
create table scim_group_0 partition of scim_group FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table scim_group_1 partition of scim_group FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table scim_group_2 partition of scim_group FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table scim_group_3 partition of scim_group FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table scim_group_4 partition of scim_group FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table scim_group_5 partition of scim_group FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table scim_group_6 partition of scim_group FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table scim_group_7 partition of scim_group FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table scim_group_member (
  company_id integer not null,
  group_id uuid not null,
  person_id uuid not null,
  constraint scim_group_member_pkey PRIMARY KEY (company_id, group_id, person_id)
) partition by HASH (company_id);
alter table scim_group_member enable row level security;
alter table scim_group_member force row level security;
create table scim_group_member_0 partition of scim_group_member FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table scim_group_member_1 partition of scim_group_member FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table scim_group_member_2 partition of scim_group_member FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table scim_group_member_3 partition of scim_group_member FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table scim_group_member_4 partition of scim_group_member FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table scim_group_member_5 partition of scim_group_member FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table scim_group_member_6 partition of scim_group_member FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table scim_group_member_7 partition of scim_group_member FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table scim_user (
  company_id integer not null,
  person_id uuid not null,
  user_name text not null,
  external_id text,
  given_name text,
  family_name text,
  display_name text,
  created_at timestamp with time zone default now() not null,
  changed_at timestamp with time zone default now() not null,
  constraint scim_user_pkey PRIMARY KEY (company_id, person_id),
  constraint scim_user_company_id_user_name_key UNIQUE (company_id, user_name),
  constraint scim_user_user_name_check CHECK ((user_name = lower(user_name)))
) partition by HASH (company_id);
alter table scim_user enable row level security;
alter table scim_user force row level security;
create table scim_user_0 partition of scim_user FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table scim_user_1 partition of scim_user FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table scim_user_2 partition of scim_user FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table scim_user_3 partition of scim_user FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table scim_user_4 partition of scim_user FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table scim_user_5 partition of scim_user FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table scim_user_6 partition of scim_user FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table scim_user_7 partition of scim_user FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table signing_key (
  id text not null,
  algorithm text not null,
  public_jwk jsonb,
  sealed text not null,
  created_at timestamp with time zone default now() not null,
  retired_at timestamp with time zone,
  ends_at timestamp with time zone,
  constraint signing_key_pkey PRIMARY KEY (id),
  constraint signing_key_algorithm_check CHECK ((algorithm = ANY (ARRAY['EdDSA'::text, 'RS256'::text, 'HS256'::text]))),
  constraint signing_key_check CHECK (((algorithm = 'HS256'::text) = (public_jwk IS NULL))),
  constraint signing_key_check1 CHECK (((retired_at IS NULL) = (ends_at IS NULL)))
);

create table sso_seen (
  company_id integer not null,
  id bytea not null,
  expires_at timestamp with time zone not null,
  constraint sso_seen_pkey PRIMARY KEY (company_id, id)
) partition by HASH (company_id);
alter table sso_seen enable row level security;
alter table sso_seen force row level security;
create table sso_seen_0 partition of sso_seen FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table sso_seen_1 partition of sso_seen FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table sso_seen_2 partition of sso_seen FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table sso_seen_3 partition of sso_seen FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table sso_seen_4 partition of sso_seen FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table sso_seen_5 partition of sso_seen FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table sso_seen_6 partition of sso_seen FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table sso_seen_7 partition of sso_seen FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table stale_source (
  feed text not null,
  location text not null,
  since timestamp with time zone default now() not null,
  constraint stale_source_pkey PRIMARY KEY (feed, location)
);

create table upload (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  kind text not null,
  name text not null,
  asked jsonb not null,
  state text not null,
  says text default ''::text not null,
  done_bytes bigint default 0 not null,
  total_bytes bigint,
  asset_id uuid,
  component_count integer default 0 not null,
  not_judged_count integer default 0 not null,
  added_count integer default 0 not null,
  removed_count integer default 0 not null,
  problem_count integer default 0 not null,
  problems text[] default '{}'::text[] not null,
  error text,
  added_by text not null,
  added_at timestamp with time zone default now() not null,
  changed_at timestamp with time zone default now() not null,
  constraint upload_pkey PRIMARY KEY (company_id, id),
  constraint upload_kind_check CHECK ((kind = ANY (ARRAY['sbom'::text, 'image'::text]))),
  constraint upload_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'receiving'::text, 'reading'::text, 'storing'::text, 'done'::text, 'failed'::text])))
) partition by HASH (company_id);
alter table upload enable row level security;
alter table upload force row level security;
create table upload_0 partition of upload FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table upload_1 partition of upload FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table upload_2 partition of upload FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table upload_3 partition of upload FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table upload_4 partition of upload FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table upload_5 partition of upload FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table upload_6 partition of upload FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table upload_7 partition of upload FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table vex_document (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  name text not null,
  format text not null,
  own_id text not null,
  author text not null,
  said_at timestamp with time zone,
  statement_count integer not null,
  problem_count integer not null,
  problems text[] not null,
  digest bytea not null,
  added_at timestamp with time zone default now() not null,
  added_by text not null,
  constraint vex_document_pkey PRIMARY KEY (company_id, id),
  constraint vex_document_company_id_digest_key UNIQUE (company_id, digest),
  constraint vex_document_format_check CHECK ((format = ANY (ARRAY['openvex'::text, 'cyclonedx'::text, 'csaf'::text])))
) partition by HASH (company_id);
alter table vex_document enable row level security;
alter table vex_document force row level security;
create table vex_document_0 partition of vex_document FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table vex_document_1 partition of vex_document FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table vex_document_2 partition of vex_document FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table vex_document_3 partition of vex_document FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table vex_document_4 partition of vex_document FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table vex_document_5 partition of vex_document FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table vex_document_6 partition of vex_document FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table vex_document_7 partition of vex_document FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table vex_effect (
  company_id integer not null,
  component_id integer not null,
  advisory_id integer not null,
  statement_id bigint,
  status text not null,
  closes boolean not null,
  decision_id uuid,
  constraint vex_effect_pkey PRIMARY KEY (company_id, component_id, advisory_id),
  constraint vex_effect_one CHECK ((num_nonnulls(statement_id, decision_id) = 1))
) partition by HASH (company_id);
alter table vex_effect enable row level security;
alter table vex_effect force row level security;
create table vex_effect_0 partition of vex_effect FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table vex_effect_1 partition of vex_effect FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table vex_effect_2 partition of vex_effect FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table vex_effect_3 partition of vex_effect FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table vex_effect_4 partition of vex_effect FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table vex_effect_5 partition of vex_effect FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table vex_effect_6 partition of vex_effect FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table vex_effect_7 partition of vex_effect FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table vex_statement (
  company_id integer not null,
  id bigint generated always as identity not null,
  document_id uuid not null,
  vulnerability text not null,
  aliases text[] not null,
  status text not null,
  justification text not null,
  note text not null,
  author text not null,
  said_at timestamp with time zone,
  products jsonb not null,
  constraint vex_statement_pkey PRIMARY KEY (company_id, id),
  constraint vex_statement_status_check CHECK ((status = ANY (ARRAY['not_affected'::text, 'affected'::text, 'fixed'::text, 'under_investigation'::text])))
) partition by HASH (company_id);
alter table vex_statement enable row level security;
alter table vex_statement force row level security;
create table vex_statement_0 partition of vex_statement FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table vex_statement_1 partition of vex_statement FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table vex_statement_2 partition of vex_statement FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table vex_statement_3 partition of vex_statement FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table vex_statement_4 partition of vex_statement FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table vex_statement_5 partition of vex_statement FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table vex_statement_6 partition of vex_statement FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table vex_statement_7 partition of vex_statement FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table webhook (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  name text not null,
  url text not null,
  kinds text[] not null,
  query text not null,
  labels text[],
  secret text not null,
  previous_secret text,
  previous_until timestamp with time zone,
  is_on boolean default true not null,
  note text,
  failing_since timestamp with time zone,
  next_try_at timestamp with time zone default now() not null,
  sent_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by text not null,
  constraint webhook_pkey PRIMARY KEY (company_id, id),
  constraint webhook_company_id_name_key UNIQUE (company_id, name)
) partition by HASH (company_id);
alter table webhook enable row level security;
alter table webhook force row level security;
create table webhook_0 partition of webhook FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table webhook_1 partition of webhook FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table webhook_2 partition of webhook FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table webhook_3 partition of webhook FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table webhook_4 partition of webhook FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table webhook_5 partition of webhook FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table webhook_6 partition of webhook FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table webhook_7 partition of webhook FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table webhook_delivery (
  company_id integer not null,
  id uuid default gen_random_uuid() not null,
  webhook_id uuid not null,
  kind text not null,
  created_at timestamp with time zone default now() not null,
  body text not null,
  state text default 'waiting'::text not null,
  attempts integer default 0 not null,
  next_try_at timestamp with time zone default now() not null,
  tried_at timestamp with time zone,
  duration_ms integer,
  status integer,
  answer text,
  error text,
  constraint webhook_delivery_pkey PRIMARY KEY (company_id, id),
  constraint webhook_delivery_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'failed'::text])))
) partition by HASH (company_id);
alter table webhook_delivery enable row level security;
alter table webhook_delivery force row level security;
create table webhook_delivery_0 partition of webhook_delivery FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table webhook_delivery_1 partition of webhook_delivery FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table webhook_delivery_2 partition of webhook_delivery FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table webhook_delivery_3 partition of webhook_delivery FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table webhook_delivery_4 partition of webhook_delivery FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table webhook_delivery_5 partition of webhook_delivery FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table webhook_delivery_6 partition of webhook_delivery FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table webhook_delivery_7 partition of webhook_delivery FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

create table webhook_event (
  company_id integer not null,
  id bigint generated always as identity not null,
  kind text not null,
  at timestamp with time zone default now() not null,
  detail jsonb not null,
  constraint webhook_event_pkey PRIMARY KEY (company_id, id)
) partition by HASH (company_id);
alter table webhook_event enable row level security;
alter table webhook_event force row level security;
create table webhook_event_0 partition of webhook_event FOR VALUES WITH (modulus 8, remainder 0); -- row-level security enabled and forced
create table webhook_event_1 partition of webhook_event FOR VALUES WITH (modulus 8, remainder 1); -- row-level security enabled and forced
create table webhook_event_2 partition of webhook_event FOR VALUES WITH (modulus 8, remainder 2); -- row-level security enabled and forced
create table webhook_event_3 partition of webhook_event FOR VALUES WITH (modulus 8, remainder 3); -- row-level security enabled and forced
create table webhook_event_4 partition of webhook_event FOR VALUES WITH (modulus 8, remainder 4); -- row-level security enabled and forced
create table webhook_event_5 partition of webhook_event FOR VALUES WITH (modulus 8, remainder 5); -- row-level security enabled and forced
create table webhook_event_6 partition of webhook_event FOR VALUES WITH (modulus 8, remainder 6); -- row-level security enabled and forced
create table webhook_event_7 partition of webhook_event FOR VALUES WITH (modulus 8, remainder 7); -- row-level security enabled and forced

alter table access_token add constraint access_token_company_id_credential_id_fkey FOREIGN KEY (company_id, credential_id) REFERENCES credential(company_id, id) ON DELETE CASCADE;
alter table access_token add constraint access_token_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table agent_chain add constraint agent_chain_company_id_agent_id_fkey FOREIGN KEY (company_id, agent_id) REFERENCES credential(company_id, id) ON DELETE CASCADE;
alter table agent_chain add constraint agent_chain_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table asset add constraint asset_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table asset_day add constraint asset_day_company_id_asset_id_fkey FOREIGN KEY (company_id, asset_id) REFERENCES asset(company_id, id) ON DELETE CASCADE;
alter table audit_checkpoint add constraint audit_checkpoint_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table audit_event add constraint audit_event_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table audit_sink add constraint audit_sink_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table bulk_action add constraint bulk_action_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table company_ca add constraint company_ca_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table company_data_key add constraint company_data_key_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table company_export add constraint company_export_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table company_limit add constraint company_limit_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table company_setting add constraint company_setting_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table company_usage add constraint company_usage_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table component add constraint component_package_id_fkey FOREIGN KEY (package_id) REFERENCES package(id);
alter table component_match add constraint component_match_advisory_id_fkey FOREIGN KEY (advisory_id) REFERENCES advisory(id);
alter table component_match add constraint component_match_component_id_fkey FOREIGN KEY (component_id) REFERENCES component(id);
alter table component_place add constraint component_place_company_id_asset_id_fkey FOREIGN KEY (company_id, asset_id) REFERENCES asset(company_id, id) ON DELETE CASCADE;
alter table credential add constraint credential_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table daily_stat add constraint daily_stat_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table dashboard add constraint dashboard_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table dashboard add constraint dashboard_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id) ON DELETE CASCADE;
alter table decision add constraint decision_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table decision_asset add constraint decision_asset_company_id_asset_id_fkey FOREIGN KEY (company_id, asset_id) REFERENCES asset(company_id, id) ON DELETE CASCADE;
alter table decision_asset add constraint decision_asset_company_id_decision_id_fkey FOREIGN KEY (company_id, decision_id) REFERENCES decision(company_id, id) ON DELETE CASCADE;
alter table decision_finding add constraint decision_finding_company_id_decision_id_fkey FOREIGN KEY (company_id, decision_id) REFERENCES decision(company_id, id) ON DELETE CASCADE;
alter table finding add constraint finding_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table finding_attachment add constraint finding_attachment_company_id_comment_id_fkey FOREIGN KEY (company_id, comment_id) REFERENCES finding_comment(company_id, id) ON DELETE CASCADE;
alter table finding_attachment add constraint finding_attachment_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table finding_change add constraint finding_change_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table finding_comment add constraint finding_comment_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table finding_mention add constraint finding_mention_company_id_comment_id_fkey FOREIGN KEY (company_id, comment_id) REFERENCES finding_comment(company_id, id) ON DELETE CASCADE;
alter table finding_mention add constraint finding_mention_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table finding_work add constraint finding_work_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table fix add constraint fix_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table fix_component add constraint fix_component_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table fix_part add constraint fix_part_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table fix_work add constraint fix_work_company_id_assignee_id_fkey FOREIGN KEY (company_id, assignee_id) REFERENCES membership(company_id, person_id) ON DELETE SET NULL (assignee_id);
alter table fix_work add constraint fix_work_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table identity_link add constraint identity_link_company_id_provider_id_fkey FOREIGN KEY (company_id, provider_id) REFERENCES identity_provider(company_id, id) ON DELETE CASCADE;
alter table identity_link add constraint identity_link_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id);
alter table identity_provider add constraint identity_provider_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table inventory add constraint inventory_company_id_asset_id_fkey FOREIGN KEY (company_id, asset_id) REFERENCES asset(company_id, id) ON DELETE CASCADE;
alter table inventory_delta add constraint inventory_delta_company_id_asset_id_fkey FOREIGN KEY (company_id, asset_id) REFERENCES asset(company_id, id) ON DELETE CASCADE;
alter table invitation add constraint invitation_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table mail add constraint mail_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table mail_choice add constraint mail_choice_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table mail_choice add constraint mail_choice_company_id_person_id_fkey FOREIGN KEY (company_id, person_id) REFERENCES membership(company_id, person_id) ON DELETE CASCADE;
alter table mail_company add constraint mail_company_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table mail_text add constraint mail_text_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table membership add constraint membership_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table membership add constraint membership_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id);
alter table outbox add constraint outbox_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table passkey_challenge add constraint passkey_challenge_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id) ON DELETE CASCADE;
alter table person_device add constraint person_device_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id) ON DELETE CASCADE;
alter table person_factor add constraint person_factor_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id) ON DELETE CASCADE;
alter table person_network add constraint person_network_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id) ON DELETE CASCADE;
alter table person_ticket add constraint person_ticket_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id) ON DELETE CASCADE;
alter table provider_entry add constraint provider_entry_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table provider_entry add constraint provider_entry_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id);
alter table registry add constraint registry_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table registry_tag add constraint registry_tag_company_id_registry_id_fkey FOREIGN KEY (company_id, registry_id) REFERENCES registry(company_id, id) ON DELETE CASCADE;
alter table risk_rule add constraint risk_rule_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table role add constraint role_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table saved_view add constraint saved_view_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table saved_view add constraint saved_view_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id) ON DELETE CASCADE;
alter table scim_group add constraint scim_group_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table scim_group_member add constraint scim_group_member_company_id_group_id_fkey FOREIGN KEY (company_id, group_id) REFERENCES scim_group(company_id, id) ON DELETE CASCADE;
alter table scim_group_member add constraint scim_group_member_company_id_person_id_fkey FOREIGN KEY (company_id, person_id) REFERENCES membership(company_id, person_id) ON DELETE CASCADE;
alter table scim_user add constraint scim_user_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table scim_user add constraint scim_user_company_id_person_id_fkey FOREIGN KEY (company_id, person_id) REFERENCES membership(company_id, person_id) ON DELETE CASCADE;
alter table sso_seen add constraint sso_seen_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table upload add constraint upload_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table vex_document add constraint vex_document_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table vex_effect add constraint vex_effect_company_id_statement_id_fkey FOREIGN KEY (company_id, statement_id) REFERENCES vex_statement(company_id, id) ON DELETE CASCADE;
alter table vex_effect add constraint vex_effect_decision_fkey FOREIGN KEY (company_id, decision_id) REFERENCES decision(company_id, id) ON DELETE CASCADE;
alter table vex_statement add constraint vex_statement_company_id_document_id_fkey FOREIGN KEY (company_id, document_id) REFERENCES vex_document(company_id, id) ON DELETE CASCADE;
alter table webhook add constraint webhook_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);
alter table webhook_delivery add constraint webhook_delivery_company_id_webhook_id_fkey FOREIGN KEY (company_id, webhook_id) REFERENCES webhook(company_id, id) ON DELETE CASCADE;
alter table webhook_event add constraint webhook_event_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id);

CREATE INDEX access_token_credential ON public.access_token USING btree (company_id, credential_id);
CREATE INDEX access_token_ends ON public.access_token USING btree (company_id, ends_at);
CREATE INDEX advisory_aliases ON public.advisory USING gin (aliases);
CREATE INDEX advisory_name_prefix ON public.advisory USING btree (name text_pattern_ops);
CREATE INDEX advisory_newest ON public.advisory USING btree (COALESCE(published_at, '-infinity'::timestamp with time zone) DESC, name DESC);
CREATE INDEX advisory_unclassed ON public.advisory USING btree (name) WHERE (ssvc IS NULL);
CREATE INDEX asset_first_seen ON public.asset USING btree (company_id, first_seen_at);
CREATE INDEX asset_labels ON public.asset USING gin (labels);
CREATE INDEX asset_name ON public.asset USING btree (company_id, name, id);
CREATE INDEX asset_risk ON public.asset USING btree (company_id, weighted_risk DESC, id DESC);
CREATE INDEX asset_seen ON public.asset USING btree (company_id, last_seen_at DESC, id DESC);
CREATE INDEX audit_event_action ON public.audit_event USING btree (company_id, action, at, id);
CREATE INDEX audit_event_actor ON public.audit_event USING btree (company_id, actor, at, id);
CREATE INDEX audit_event_at ON public.audit_event USING btree (company_id, at, id);
CREATE INDEX audit_event_target ON public.audit_event USING btree (company_id, target, at, id);
CREATE INDEX bulk_action_newest ON public.bulk_action USING btree (company_id, at DESC, id DESC);
CREATE INDEX component_match_advisory ON public.component_match USING btree (advisory_id);
CREATE INDEX component_package ON public.component USING btree (package_id);
CREATE INDEX component_to_judge ON public.component USING btree (id) WHERE (judged_generation IS NULL);
CREATE INDEX component_words ON public.component USING gin (lower(((name || ' '::text) || source_name)) trigram.gin_trgm_ops);
CREATE INDEX credential_asset ON public.credential USING btree (company_id, asset_id) WHERE (asset_id IS NOT NULL);
CREATE INDEX credential_device_made ON public.credential USING btree (company_id, created_at) WHERE (kind = 'device'::text);
CREATE INDEX credential_device_revoked ON public.credential USING btree (company_id, revoked_at) WHERE ((kind = 'device'::text) AND (revoked_at IS NOT NULL));
CREATE INDEX credential_enrolled_by ON public.credential USING btree (company_id, enrolled_by) WHERE (enrolled_by IS NOT NULL);
CREATE INDEX credential_person ON public.credential USING btree (company_id, person_id) WHERE (person_id IS NOT NULL);
CREATE INDEX credential_previous ON public.credential USING btree (company_id, previous_hash) WHERE (previous_hash IS NOT NULL);
CREATE INDEX dashboard_person ON public.dashboard USING btree (person_id);
CREATE INDEX decision_asset_decision ON public.decision_asset USING btree (company_id, decision_id);
CREATE INDEX decision_finding_decision ON public.decision_finding USING btree (company_id, decision_id);
CREATE INDEX decision_live ON public.decision USING btree (company_id) WHERE (ended_at IS NULL);
CREATE INDEX decision_newest ON public.decision USING btree (company_id, created_at DESC, id DESC);
CREATE INDEX finding_advisory ON public.finding USING btree (company_id, advisory);
CREATE INDEX finding_attachment_comment ON public.finding_attachment USING btree (company_id, comment_id) WHERE (comment_id IS NOT NULL);
CREATE INDEX finding_attachment_finding ON public.finding_attachment USING btree (company_id, finding_id);
CREATE INDEX finding_change_change ON public.finding_change USING btree (company_id, change_id);
CREATE INDEX finding_change_finding ON public.finding_change USING btree (company_id, finding_id, id);
CREATE INDEX finding_comment_change ON public.finding_comment USING btree (company_id, change_id) WHERE (change_id IS NOT NULL);
CREATE INDEX finding_comment_finding ON public.finding_comment USING btree (company_id, finding_id, at);
CREATE INDEX finding_epss ON public.finding USING btree (company_id, status, COALESCE(epss, ('-1'::integer)::real) DESC, id DESC);
CREATE INDEX finding_exploited ON public.finding USING btree (company_id, risk DESC, id DESC) INCLUDE (component_id, advisory_id, severity_rank) WHERE ((status = 'open'::text) AND (kev_added_at IS NOT NULL));
CREATE INDEX finding_fixed ON public.finding USING btree (company_id, fixed_at) WHERE (fixed_at IS NOT NULL);
CREATE INDEX finding_kev ON public.finding USING btree (company_id, kev_added_at) WHERE (kev_added_at IS NOT NULL);
CREATE INDEX finding_mention_comment ON public.finding_mention USING btree (company_id, comment_id);
CREATE INDEX finding_mention_newest ON public.finding_mention USING btree (company_id, person_id, at DESC);
CREATE INDEX finding_opened ON public.finding USING btree (company_id, severity_rank, first_seen_at);
CREATE INDEX finding_package ON public.finding USING btree (company_id, status, package, id);
CREATE INDEX finding_reopened ON public.finding USING btree (company_id, reopened_at) WHERE (reopened_at IS NOT NULL);
CREATE INDEX finding_risk ON public.finding USING btree (company_id, status, risk DESC, id DESC) INCLUDE (component_id, advisory_id);
CREATE INDEX finding_seen ON public.finding USING btree (company_id, status, first_seen_at DESC, id DESC);
CREATE INDEX finding_severity ON public.finding USING btree (company_id, severity_rank, risk DESC, id DESC) INCLUDE (component_id, advisory_id) WHERE (status = 'open'::text);
CREATE INDEX finding_work_assignee ON public.finding_work USING btree (company_id, assignee_id) WHERE (assignee_id IS NOT NULL);
CREATE INDEX fix_component_package ON public.fix_component USING btree (company_id, ecosystem, package, has_fix, component_id);
CREATE INDEX fix_weight ON public.fix USING btree (company_id, ((- weight)), ecosystem, package, has_fix) WHERE (finding_count > 0);
CREATE INDEX fix_work_updated ON public.fix_work USING btree (company_id, updated_at DESC, ecosystem, package, has_fix);
CREATE INDEX held_component_name ON public.held_component USING btree (company_id, name, component_id) INCLUDE (words);
CREATE INDEX identity_link_person ON public.identity_link USING btree (company_id, person_id);
CREATE INDEX identity_provider_domains ON public.identity_provider USING gin (domains);
CREATE INDEX inventory_delta_at ON public.inventory_delta USING btree (company_id, at);
CREATE INDEX inventory_partly ON public.inventory USING btree (company_id, asset_id) WHERE ((status = 'unreadable'::text) OR (cardinality(problems) > 0));
CREATE INDEX mail_newest ON public.mail USING btree (company_id, created_at DESC, id DESC);
CREATE INDEX mail_sent ON public.mail USING btree (company_id, tried_at) WHERE (state = 'sent'::text);
CREATE INDEX mail_waiting ON public.mail USING btree (company_id, next_try_at) WHERE (state = 'waiting'::text);
CREATE INDEX membership_person ON public.membership USING btree (person_id);
CREATE INDEX outbox_waiting ON public.outbox USING btree (id) WHERE (seq IS NULL);
CREATE INDEX passkey_challenge_end ON public.passkey_challenge USING btree (expires_at);
CREATE INDEX person_factor_person ON public.person_factor USING btree (person_id, kind);
CREATE INDEX person_ticket_person ON public.person_ticket USING btree (person_id, purpose);
CREATE INDEX provider_entry_newest ON public.provider_entry USING btree (company_id, entered_at DESC, id DESC);
CREATE INDEX registry_due ON public.registry USING btree (company_id, next_look_at);
CREATE INDEX registry_host ON public.registry USING btree (company_id, host);
CREATE INDEX registry_tag_digest ON public.registry_tag USING btree (company_id, scanned_digest) WHERE (scanned_digest IS NOT NULL);
CREATE INDEX registry_tag_open ON public.registry_tag USING btree (company_id, registry_id) WHERE (state = ANY (ARRAY['waiting'::text, 'scanning'::text]));
CREATE INDEX registry_tag_upload ON public.registry_tag USING btree (company_id, upload_id) WHERE (upload_id IS NOT NULL);
CREATE INDEX saved_view_person ON public.saved_view USING btree (person_id);
CREATE INDEX scim_group_member_person ON public.scim_group_member USING btree (company_id, person_id);
CREATE INDEX sso_seen_expires ON public.sso_seen USING btree (company_id, expires_at);
CREATE INDEX upload_newest ON public.upload USING btree (company_id, added_at DESC, id DESC);
CREATE INDEX vex_effect_decision ON public.vex_effect USING btree (company_id, decision_id) WHERE (decision_id IS NOT NULL);
CREATE INDEX vex_effect_statement ON public.vex_effect USING btree (company_id, statement_id);
CREATE INDEX vex_statement_document ON public.vex_statement USING btree (company_id, document_id);
CREATE INDEX webhook_delivery_newest ON public.webhook_delivery USING btree (company_id, webhook_id, created_at DESC, id DESC);
CREATE INDEX webhook_delivery_waiting ON public.webhook_delivery USING btree (company_id, webhook_id, created_at) WHERE (state = 'waiting'::text);
CREATE UNIQUE INDEX company_provider ON public.company USING btree (is_provider) WHERE is_provider;
CREATE UNIQUE INDEX mail_gathered ON public.mail USING btree (company_id, person_id, kind) WHERE ((state = 'waiting'::text) AND (attempts = 0) AND (kind = ANY (ARRAY['mention'::text, 'fix_assigned'::text, 'fixes_due'::text, 'decision_waits'::text])));
CREATE UNIQUE INDEX membership_email ON public.membership USING btree (company_id, email);
CREATE UNIQUE INDEX membership_owner ON public.membership USING btree (company_id) WHERE is_owner;
CREATE UNIQUE INDEX signing_key_current ON public.signing_key USING btree ((true)) WHERE (retired_at IS NULL);

create policy by_domain on identity_provider as permissive for select to zerotrace_service using ((NULLIF(current_setting('app.company_id'::text, true), ''::text) IS NULL));
create policy company_only on access_token as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on agent_chain as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on asset as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on asset_day as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on audit_checkpoint as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on audit_event as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on audit_link as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on audit_sink as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on bulk_action as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on company_ca as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on company_computed as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on company_data_key as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on company_export as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on company_limit as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on company_setting as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on company_total as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on company_usage as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on component_place as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on credential as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on daily_stat as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on dashboard as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on decision as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on decision_asset as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on decision_finding as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on finding as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on finding_attachment as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on finding_change as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on finding_comment as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on finding_mention as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on finding_work as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on fix as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on fix_component as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on fix_part as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on fix_work as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on held_component as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on identity_link as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on identity_provider as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on inventory as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on inventory_delta as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on invitation as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on mail as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on mail_choice as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on mail_company as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on mail_text as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on membership as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on outbox as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on provider_entry as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on registry as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on registry_tag as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on risk_rule as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on role as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on saved_view as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on scim_group as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on scim_group_member as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on scim_user as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on sso_seen as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on upload as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on vex_document as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on vex_effect as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on vex_statement as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on webhook as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on webhook_delivery as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy company_only on webhook_event as permissive for all to public using ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)) with check ((company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy in_scope on asset as restrictive for all to public using ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR (labels && ( SELECT string_to_array(substr(current_setting('app.labels'::text, true), 2), ','::text) AS string_to_array)))) with check ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR (labels && ( SELECT string_to_array(substr(current_setting('app.labels'::text, true), 2), ','::text) AS string_to_array))));
create policy in_scope on asset_day as restrictive for all to public using ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR (asset_id IN ( SELECT assets_in_scope() AS assets_in_scope))));
create policy in_scope on audit_event as restrictive for select to public using (( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)));
create policy in_scope on audit_link as restrictive for select to public using (( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)));
create policy in_scope on bulk_action as restrictive for all to public using ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR (scope = ( SELECT current_setting('app.labels'::text, true) AS current_setting))));
create policy in_scope on company_export as restrictive for select to public using (( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)));
create policy in_scope on company_total as restrictive for select to public using (( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)));
create policy in_scope on component_place as restrictive for all to public using ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR (asset_id IN ( SELECT assets_in_scope() AS assets_in_scope))));
create policy in_scope on credential as restrictive for all to public using ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR (kind = 'session'::text) OR (asset_id IN ( SELECT assets_in_scope() AS assets_in_scope)) OR ((asset_id IS NULL) AND (labels IS NOT NULL) AND (labels <@ ( SELECT string_to_array(substr(current_setting('app.labels'::text, true), 2), ','::text) AS string_to_array)))));
create policy in_scope on daily_stat as restrictive for select to public using (( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)));
create policy in_scope on decision as restrictive for select to public using (( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)));
create policy in_scope on finding as restrictive for all to public using ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR (component_id IN ( SELECT components_in_scope() AS components_in_scope))));
create policy in_scope on finding_attachment as restrictive for all to public using ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR (component_id IN ( SELECT components_in_scope() AS components_in_scope))));
create policy in_scope on finding_change as restrictive for all to public using ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR (component_id IN ( SELECT components_in_scope() AS components_in_scope))));
create policy in_scope on finding_comment as restrictive for all to public using ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR (component_id IN ( SELECT components_in_scope() AS components_in_scope))));
create policy in_scope on finding_mention as restrictive for all to public using ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR (component_id IN ( SELECT components_in_scope() AS components_in_scope))));
create policy in_scope on finding_work as restrictive for all to public using ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR (component_id IN ( SELECT components_in_scope() AS components_in_scope))));
create policy in_scope on fix as restrictive for select to public using (( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)));
create policy in_scope on fix_component as restrictive for select to public using ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR (component_id IN ( SELECT components_in_scope() AS components_in_scope))));
create policy in_scope on fix_part as restrictive for select to public using (( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)));
create policy in_scope on fix_work as restrictive for select to public using ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR (EXISTS ( SELECT 1
   FROM fix_component c
  WHERE ((c.company_id = fix_work.company_id) AND (c.ecosystem = fix_work.ecosystem) AND (c.package = fix_work.package) AND (c.has_fix = fix_work.has_fix))))));
create policy in_scope on held_component as restrictive for select to public using (( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)));
create policy in_scope on inventory as restrictive for all to public using ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR (asset_id IN ( SELECT assets_in_scope() AS assets_in_scope))));
create policy in_scope on inventory_delta as restrictive for all to public using ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR (asset_id IN ( SELECT assets_in_scope() AS assets_in_scope))));
create policy in_scope on mail as restrictive for all to public using (( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)));
create policy in_scope on registry as restrictive for select to public using (( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)));
create policy in_scope on registry_tag as restrictive for select to public using (( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)));
create policy in_scope on upload as restrictive for all to public using ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR (asset_id IN ( SELECT assets_in_scope() AS assets_in_scope))));
create policy in_scope on webhook as restrictive for all to public using ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR ((labels IS NOT NULL) AND (labels <@ ( SELECT string_to_array(substr(current_setting('app.labels'::text, true), 2), ','::text) AS string_to_array)))));
create policy in_scope on webhook_delivery as restrictive for all to public using ((( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)) OR (webhook_id IN ( SELECT w.id
   FROM webhook w
  WHERE (w.company_id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer)))));
create policy in_scope on webhook_event as restrictive for all to public using (( SELECT (COALESCE(current_setting('app.labels'::text, true), ''::text) = ''::text)));
create policy notifier on outbox as permissive for all to zerotrace_service using (true);
create policy old_only on audit_event as restrictive for delete to zerotrace_service using ((at < (now() - '30 days'::interval)));
create policy old_only on inventory_delta as restrictive for delete to zerotrace_service using ((at < (now() - '30 days'::interval)));
create policy own_companies on membership as permissive for select to zerotrace_service using ((NULLIF(current_setting('app.company_id'::text, true), ''::text) IS NULL));
create policy own_company on company as permissive for select to zerotrace_app using ((id = (NULLIF(current_setting('app.company_id'::text, true), ''::text))::integer));
create policy service_company on company as permissive for all to zerotrace_service using (true) with check (true);

grant delete, insert, select on table audit_event to zerotrace_service;
grant delete, insert, select on table company_ca to zerotrace_service;
grant delete, insert, select on table inventory_delta to zerotrace_service;
grant delete, insert, select, update on table access_token to zerotrace_app;
grant delete, insert, select, update on table access_token to zerotrace_service;
grant delete, insert, select, update on table advisory to zerotrace_service;
grant delete, insert, select, update on table advisory_record to zerotrace_service;
grant delete, insert, select, update on table agent_chain to zerotrace_app;
grant delete, insert, select, update on table agent_chain to zerotrace_service;
grant delete, insert, select, update on table asset to zerotrace_app;
grant delete, insert, select, update on table asset to zerotrace_service;
grant delete, insert, select, update on table asset_day to zerotrace_app;
grant delete, insert, select, update on table asset_day to zerotrace_service;
grant delete, insert, select, update on table audit_sink to zerotrace_app;
grant delete, insert, select, update on table audit_sink to zerotrace_service;
grant delete, insert, select, update on table bulk_action to zerotrace_app;
grant delete, insert, select, update on table bulk_action to zerotrace_service;
grant delete, insert, select, update on table company to zerotrace_service;
grant delete, insert, select, update on table company_computed to zerotrace_service;
grant delete, insert, select, update on table company_export to zerotrace_app;
grant delete, insert, select, update on table company_export to zerotrace_service;
grant delete, insert, select, update on table company_limit to zerotrace_service;
grant delete, insert, select, update on table company_setting to zerotrace_app;
grant delete, insert, select, update on table company_setting to zerotrace_service;
grant delete, insert, select, update on table company_total to zerotrace_app;
grant delete, insert, select, update on table company_total to zerotrace_service;
grant delete, insert, select, update on table company_usage to zerotrace_service;
grant delete, insert, select, update on table component to zerotrace_service;
grant delete, insert, select, update on table component_match to zerotrace_service;
grant delete, insert, select, update on table component_place to zerotrace_app;
grant delete, insert, select, update on table component_place to zerotrace_service;
grant delete, insert, select, update on table credential to zerotrace_app;
grant delete, insert, select, update on table credential to zerotrace_service;
grant delete, insert, select, update on table daily_stat to zerotrace_app;
grant delete, insert, select, update on table daily_stat to zerotrace_service;
grant delete, insert, select, update on table dashboard to zerotrace_app;
grant delete, insert, select, update on table dashboard to zerotrace_service;
grant delete, insert, select, update on table decision to zerotrace_app;
grant delete, insert, select, update on table decision to zerotrace_service;
grant delete, insert, select, update on table decision_asset to zerotrace_app;
grant delete, insert, select, update on table decision_asset to zerotrace_service;
grant delete, insert, select, update on table decision_finding to zerotrace_app;
grant delete, insert, select, update on table decision_finding to zerotrace_service;
grant delete, insert, select, update on table feed_generation to zerotrace_service;
grant delete, insert, select, update on table finding to zerotrace_app;
grant delete, insert, select, update on table finding to zerotrace_service;
grant delete, insert, select, update on table finding_attachment to zerotrace_app;
grant delete, insert, select, update on table finding_attachment to zerotrace_service;
grant delete, insert, select, update on table finding_change to zerotrace_app;
grant delete, insert, select, update on table finding_change to zerotrace_service;
grant delete, insert, select, update on table finding_comment to zerotrace_app;
grant delete, insert, select, update on table finding_comment to zerotrace_service;
grant delete, insert, select, update on table finding_mention to zerotrace_app;
grant delete, insert, select, update on table finding_mention to zerotrace_service;
grant delete, insert, select, update on table finding_work to zerotrace_app;
grant delete, insert, select, update on table finding_work to zerotrace_service;
grant delete, insert, select, update on table fix to zerotrace_app;
grant delete, insert, select, update on table fix to zerotrace_service;
grant delete, insert, select, update on table fix_component to zerotrace_app;
grant delete, insert, select, update on table fix_component to zerotrace_service;
grant delete, insert, select, update on table fix_part to zerotrace_app;
grant delete, insert, select, update on table fix_part to zerotrace_service;
grant delete, insert, select, update on table fix_work to zerotrace_app;
grant delete, insert, select, update on table fix_work to zerotrace_service;
grant delete, insert, select, update on table held_component to zerotrace_app;
grant delete, insert, select, update on table held_component to zerotrace_service;
grant delete, insert, select, update on table identity_link to zerotrace_app;
grant delete, insert, select, update on table identity_link to zerotrace_service;
grant delete, insert, select, update on table identity_provider to zerotrace_app;
grant delete, insert, select, update on table identity_provider to zerotrace_service;
grant delete, insert, select, update on table inventory to zerotrace_app;
grant delete, insert, select, update on table inventory to zerotrace_service;
grant delete, insert, select, update on table invitation to zerotrace_app;
grant delete, insert, select, update on table invitation to zerotrace_service;
grant delete, insert, select, update on table mail to zerotrace_app;
grant delete, insert, select, update on table mail to zerotrace_service;
grant delete, insert, select, update on table mail_choice to zerotrace_app;
grant delete, insert, select, update on table mail_choice to zerotrace_service;
grant delete, insert, select, update on table mail_company to zerotrace_app;
grant delete, insert, select, update on table mail_company to zerotrace_service;
grant delete, insert, select, update on table mail_text to zerotrace_app;
grant delete, insert, select, update on table mail_text to zerotrace_service;
grant delete, insert, select, update on table membership to zerotrace_app;
grant delete, insert, select, update on table membership to zerotrace_service;
grant delete, insert, select, update on table outbox to zerotrace_app;
grant delete, insert, select, update on table outbox to zerotrace_service;
grant delete, insert, select, update on table package to zerotrace_service;
grant delete, insert, select, update on table passkey_challenge to zerotrace_service;
grant delete, insert, select, update on table person to zerotrace_service;
grant delete, insert, select, update on table person_device to zerotrace_service;
grant delete, insert, select, update on table person_factor to zerotrace_service;
grant delete, insert, select, update on table person_network to zerotrace_service;
grant delete, insert, select, update on table person_ticket to zerotrace_service;
grant delete, insert, select, update on table provider_entry to zerotrace_service;
grant delete, insert, select, update on table registry to zerotrace_app;
grant delete, insert, select, update on table registry to zerotrace_service;
grant delete, insert, select, update on table registry_tag to zerotrace_app;
grant delete, insert, select, update on table registry_tag to zerotrace_service;
grant delete, insert, select, update on table risk_rule to zerotrace_app;
grant delete, insert, select, update on table risk_rule to zerotrace_service;
grant delete, insert, select, update on table role to zerotrace_app;
grant delete, insert, select, update on table role to zerotrace_service;
grant delete, insert, select, update on table saved_view to zerotrace_app;
grant delete, insert, select, update on table saved_view to zerotrace_service;
grant delete, insert, select, update on table scim_group to zerotrace_app;
grant delete, insert, select, update on table scim_group to zerotrace_service;
grant delete, insert, select, update on table scim_group_member to zerotrace_app;
grant delete, insert, select, update on table scim_group_member to zerotrace_service;
grant delete, insert, select, update on table scim_user to zerotrace_app;
grant delete, insert, select, update on table scim_user to zerotrace_service;
grant delete, insert, select, update on table signing_key to zerotrace_service;
grant delete, insert, select, update on table sso_seen to zerotrace_app;
grant delete, insert, select, update on table sso_seen to zerotrace_service;
grant delete, insert, select, update on table stale_source to zerotrace_service;
grant delete, insert, select, update on table upload to zerotrace_app;
grant delete, insert, select, update on table upload to zerotrace_service;
grant delete, insert, select, update on table vex_document to zerotrace_app;
grant delete, insert, select, update on table vex_document to zerotrace_service;
grant delete, insert, select, update on table vex_effect to zerotrace_app;
grant delete, insert, select, update on table vex_effect to zerotrace_service;
grant delete, insert, select, update on table vex_statement to zerotrace_app;
grant delete, insert, select, update on table vex_statement to zerotrace_service;
grant delete, insert, select, update on table webhook to zerotrace_app;
grant delete, insert, select, update on table webhook to zerotrace_service;
grant delete, insert, select, update on table webhook_delivery to zerotrace_app;
grant delete, insert, select, update on table webhook_delivery to zerotrace_service;
grant delete, insert, select, update on table webhook_event to zerotrace_app;
grant delete, insert, select, update on table webhook_event to zerotrace_service;
grant delete, select on table audit_link to zerotrace_service;
grant insert, select on table audit_checkpoint to zerotrace_service;
grant insert, select on table audit_event to zerotrace_app;
grant insert, select on table company_ca to zerotrace_app;
grant insert, select on table company_data_key to zerotrace_app;
grant insert, select on table company_data_key to zerotrace_service;
grant insert, select on table inventory_delta to zerotrace_app;
grant insert, select, update on table canary_run to zerotrace_service;
grant insert, select, update on table company_usage to zerotrace_app;
grant insert, select, update on table provider_entry to zerotrace_app;
grant select on table audit_checkpoint to zerotrace_app;
grant select on table audit_link to zerotrace_app;
grant select on table company to zerotrace_app;
grant select on table company_limit to zerotrace_app;
grant usage on sequence advisory_id_seq to zerotrace_app;
grant usage on sequence advisory_id_seq to zerotrace_service;
grant usage on sequence audit_event_id_seq to zerotrace_app;
grant usage on sequence audit_event_id_seq to zerotrace_service;
grant usage on sequence company_id_seq to zerotrace_app;
grant usage on sequence company_id_seq to zerotrace_service;
grant usage on sequence component_id_seq to zerotrace_app;
grant usage on sequence component_id_seq to zerotrace_service;
grant usage on sequence feed_generation_id_seq to zerotrace_app;
grant usage on sequence feed_generation_id_seq to zerotrace_service;
grant usage on sequence inventory_delta_id_seq to zerotrace_app;
grant usage on sequence inventory_delta_id_seq to zerotrace_service;
grant usage on sequence outbox_id_seq to zerotrace_app;
grant usage on sequence outbox_id_seq to zerotrace_service;
grant usage on sequence package_id_seq to zerotrace_app;
grant usage on sequence package_id_seq to zerotrace_service;
grant usage on sequence vex_statement_id_seq to zerotrace_app;
grant usage on sequence vex_statement_id_seq to zerotrace_service;

CREATE OR REPLACE FUNCTION public.all_jobs(most integer)
 RETURNS TABLE(id bigint, task text, company_id integer, state text, attempts integer, max_attempts integer, run_at timestamp with time zone, last_error text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  
  select j.id, t.identifier, (j.payload ->> 'companyId')::int, case when j.locked_at is not null then 'running' when j.attempts >= j.max_attempts then 'dead' else 'waiting' end, j.attempts::int, j.max_attempts::int,
    j.run_at, j.last_error
  from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
  where (j.flags ? 'superseded') is not true order by (j.attempts >= j.max_attempts) desc, j.priority, j.run_at, j.id limit most
$function$;
CREATE OR REPLACE FUNCTION public.assets_in_scope()
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  return query select a.id from public.asset a where a.company_id = nullif(current_setting('app.company_id', true), '')::int;
end $function$;
CREATE OR REPLACE FUNCTION public.audit_content(company_id integer, id bigint, at timestamp with time zone, actor text, action text, target text, detail jsonb, before jsonb, after jsonb, ip text)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select jsonb_build_object('company', company_id, 'id', id,
    'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'actor', actor, 'action', action,
    'target', target, 'detail', detail, 'before', before, 'after', after, 'ip', ip)::text
$function$;
CREATE OR REPLACE FUNCTION public.company_jobs(company integer, most integer)
 RETURNS TABLE(id bigint, task text, company_id integer, state text, attempts integer, max_attempts integer, run_at timestamp with time zone, last_error text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
#variable_conflict use_column
begin
  if company::text is distinct from nullif(current_setting('app.company_id', true), '') then
    raise exception 'jobs of another company' using errcode = '42501';
  end if;
  return query 
  select j.id, t.identifier, (j.payload ->> 'companyId')::int, case when j.locked_at is not null then 'running' when j.attempts >= j.max_attempts then 'dead' else 'waiting' end, j.attempts::int, j.max_attempts::int,
    j.run_at, j.last_error
  from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
  where (j.flags ? 'superseded') is not true and (j.payload ->> 'companyId')::int = company order by (j.attempts >= j.max_attempts) desc, j.priority, j.run_at, j.id limit most;
end $function$;
CREATE OR REPLACE FUNCTION public.components_in_scope()
 RETURNS SETOF integer
 LANGUAGE plpgsql
 STABLE ROWS 10000
AS $function$
begin
  return query select distinct unnest(i.component_ids) from public.inventory i
    where i.company_id = nullif(current_setting('app.company_id', true), '')::int;
end $function$;
CREATE OR REPLACE FUNCTION public.delete_company_jobs(company integer, OUT gone integer, OUT running integer)
 RETURNS record
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if not public.is_company_to_delete(company) then
    raise exception 'not a company to delete' using errcode = '42501';
  end if;
  delete from graphile_worker._private_jobs where locked_at is null and (payload ->> 'companyId')::int = company;
  get diagnostics gone = row_count;
  select count(*)::int into running from graphile_worker._private_jobs where (payload ->> 'companyId')::int = company;
end $function$;
CREATE OR REPLACE FUNCTION public.delete_company_rows(company integer, from_table text, most integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  gone int;
begin
  if company::text is distinct from nullif(current_setting('app.company_id', true), '')
    or not public.is_company_to_delete(company) then
    raise exception 'not a company to delete' using errcode = 'insufficient_privilege';
  end if;
  if not exists (select 1 from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'company_id' and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relname = from_table and c.relkind in ('r', 'p')
      and not c.relispartition) then
    raise exception 'not a table of companies' using errcode = 'undefined_table';
  end if;
  -- all of a company's rows lie in one partition, so that their place is their own
  execute format('delete from public.%1$I where company_id = $1 and ctid = any(array(
    select ctid from public.%1$I where company_id = $1 limit $2))', from_table) using company, most;
  get diagnostics gone = row_count;
  return gone;
end $function$;
CREATE OR REPLACE FUNCTION public.email_is_proved(who uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
RETURN (SELECT (person.email_proved_at IS NOT NULL) FROM person WHERE (person.id = email_is_proved.who));
CREATE OR REPLACE FUNCTION public.enqueue_job(task text, payload jsonb, job_key text, priority integer, run_after interval, max_attempts integer, queue_name text)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  company text := nullif(current_setting('app.company_id', true), '');
  job_id bigint;
begin
  if jsonb_typeof(payload -> 'companyId') is distinct from 'number' then
    raise exception 'a job needs a companyId' using errcode = '22023';
  end if;
  if company is not null and payload ->> 'companyId' <> company then
    raise exception 'a job of another company' using errcode = '42501';
  end if;
  if job_key is not null then
    -- ordered already, as it would be now: it is kept from starting until this transaction ends
    select j.id into job_id from graphile_worker._private_jobs j
      where j.key = job_key and j.locked_at is null and j.attempts = 0 and j.priority = enqueue_job.priority
        and j.max_attempts = enqueue_job.max_attempts and j.payload::jsonb = enqueue_job.payload
        and j.task_id = (select t.id from graphile_worker._private_tasks t where t.identifier = task)
      for no key update;
    if found then
      return job_id;
    end if;
    update graphile_worker._private_jobs j set flags = coalesce(j.flags, '{}'::jsonb) || '{"superseded": true}'::jsonb
      where j.key = job_key and j.locked_at is not null;
  end if;
  select id into job_id from graphile_worker.add_job(
    identifier => task, payload => payload::json, queue_name => queue_name,
    run_at => case when run_after is null then null else now() + run_after end,
    max_attempts => max_attempts, job_key => job_key, priority => priority, job_key_mode => 'preserve_run_at');
  return job_id;
end $function$;
CREATE OR REPLACE FUNCTION public.free_jobs(gone text[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  update graphile_worker._private_jobs set last_error = 'the worker that ran it ended without an answer' where locked_by = any(gone);
  perform graphile_worker.force_unlock_workers(gone);
end $function$;
CREATE OR REPLACE FUNCTION public.guard_audit_cut()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if public.is_company_to_delete(old.company_id) then
    return old;
  end if;
  if tg_argv[0] = 'link' then
    if not exists (select 1 from public.audit_checkpoint c where c.company_id = old.company_id and c.seq >= old.seq)
      or exists (select 1 from public.audit_event e where e.company_id = old.company_id and e.id = old.event_id
        and e.at >= now() - interval '30 days') then
      raise exception 'only what lies below a checkpoint and is 30 days old can be cut off the audit trail'
        using errcode = 'insufficient_privilege';
    end if;
  elsif exists (select 1 from public.audit_link l where l.company_id = old.company_id and l.event_id = old.id) then
    raise exception 'an audit row is deleted only after its link' using errcode = 'insufficient_privilege';
  end if;
  return old;
end $function$;
CREATE OR REPLACE FUNCTION public.guard_company_end()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if tg_op = 'DELETE' then
    if not public.is_company_to_delete(old.id) then
      raise exception 'a company is deleted only after its time to undo that' using errcode = 'insufficient_privilege';
    end if;
    return old;
  end if;
  if new.is_provider and new.state <> 'active' then
    raise exception 'the company that runs the platform stays' using errcode = 'insufficient_privilege';
  end if;
  if new.delete_at is not null and new.delete_at < now() + interval '1 day'
    and (tg_op = 'INSERT' or new.delete_at is distinct from old.delete_at) then
    raise exception 'a deletion can be undone for a day at least' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $function$;
CREATE OR REPLACE FUNCTION public.is_company_to_delete(company integer)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (select 1 from public.company c
    where c.id = company and c.state = 'deleting' and c.delete_at <= now() and not c.is_provider)
$function$;
CREATE OR REPLACE FUNCTION public.link_audit_event()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
AS $function$
declare
  last_seq bigint;
  last_hash bytea;
begin
  perform pg_advisory_xact_lock(7305003, new.company_id);
  select l.seq, l.hash into last_seq, last_hash from public.audit_link l
    where l.company_id = new.company_id order by l.seq desc limit 1;
  if last_seq is null then
    select c.seq, c.hash into last_seq, last_hash from public.audit_checkpoint c
      where c.company_id = new.company_id order by c.seq desc limit 1;
  end if;
  last_hash := coalesce(last_hash, decode(repeat('00', 32), 'hex'));
  insert into public.audit_link (company_id, seq, event_id, previous, hash) values (new.company_id,
    coalesce(last_seq, 0) + 1, new.id, last_hash,
    sha256(last_hash || convert_to(public.audit_content(new.company_id, new.id, new.at, new.actor, new.action,
      new.target, new.detail, new.before, new.after, new.ip), 'UTF8')));
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.mail_of_decision()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.needs_approval then
    perform public.order_mail(new.company_id, 'decision_waits', null, null, jsonb_build_array(new.id), 1, null, null);
  end if;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.mail_of_fix()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$;
CREATE OR REPLACE FUNCTION public.mail_of_mentions()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform public.order_mail(x.company_id, 'mention', x.person_id, null,
      jsonb_agg(x.comment_id) filter (where x.place <= 20), count(*)::int, null, null)
    from (select m.*, row_number() over (partition by m.company_id, m.person_id order by m.comment_id) as place from made m) x
    group by x.company_id, x.person_id;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.note_asset_event()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'DELETE' then
    perform public.note_webhook_event(old.company_id, 'asset.gone',
      jsonb_build_object('assetId', old.id, 'name', old.name, 'kind', old.kind, 'labels', old.labels), array['asset.gone']);
  else
    perform public.note_webhook_event(new.company_id, 'asset.new',
      jsonb_build_object('assetId', new.id, 'name', new.name, 'kind', new.kind, 'labels', new.labels), array['asset.new']);
  end if;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.note_decision_event()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$;
CREATE OR REPLACE FUNCTION public.note_webhook_event(of_company integer, of_kind text, of_detail jsonb, wanted text[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
end $function$;
CREATE OR REPLACE FUNCTION public.notify_company_state()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('zt_credential', '');
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.notify_credential()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('zt_credential', new.id::text);
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.notify_outbox()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('zt_outbox', '');
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.order_mail(of_company integer, of_kind text, to_person uuid, to_address text, of_about jsonb, of_count integer, of_link text, of_id uuid)
 RETURNS uuid
 LANGUAGE plpgsql
AS $function$
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
end $function$;
CREATE OR REPLACE FUNCTION public.pending_jobs(company integer)
 RETURNS integer
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if company::text is distinct from nullif(current_setting('app.company_id', true), '') then
    raise exception 'jobs of another company' using errcode = '42501';
  end if;
  return (select count(*)::int from graphile_worker._private_jobs j
    where (j.flags ? 'superseded') is not true and (j.locked_at is not null or j.attempts < j.max_attempts)
      and (j.payload ->> 'companyId')::int in (company, 0));
end $function$;
CREATE OR REPLACE FUNCTION public.queue_depth()
 RETURNS TABLE(waiting integer, running integer, dead integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select (count(*) filter (where s = 'waiting'))::int, (count(*) filter (where s = 'running'))::int,
    (count(*) filter (where s = 'dead'))::int
  from (select case when j.locked_at is not null then 'running' when j.attempts >= j.max_attempts then 'dead' else 'waiting' end as s from graphile_worker._private_jobs j where (j.flags ? 'superseded') is not true) states
$function$;
CREATE OR REPLACE FUNCTION public.refuse_audit_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'DELETE' and tg_level = 'ROW' then
    if public.is_company_to_delete(old.company_id) then
      return old;
    end if;
  end if;
  raise exception 'the audit trail is append-only' using errcode = 'insufficient_privilege';
end $function$;
CREATE OR REPLACE FUNCTION public.return_jobs(own text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  update graphile_worker._private_jobs set attempts = greatest(attempts - 1, 0) where locked_by = own and (flags ? 'superseded') is not true;
  perform graphile_worker.force_unlock_workers(array[own]);
end $function$;
CREATE OR REPLACE FUNCTION public.ssvc_class_of(advisory integer)
 RETURNS smallint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select a.ssvc from public.advisory a where a.id = advisory
$function$;
CREATE OR REPLACE FUNCTION public.sweep_jobs(own text, grace interval)
 RETURNS text[]
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  gone text[];
begin
  with holders as materialized (
    select locked_by from graphile_worker._private_jobs where locked_by is not null and locked_at < now() - grace
    union
    select locked_by from graphile_worker._private_job_queues where locked_by is not null and locked_at < now() - grace
  )
  select array_agg(locked_by) into gone from holders
    where locked_by <> own and pg_try_advisory_xact_lock(pg_catalog.hashtextextended(locked_by, 7305004));
  if gone is not null then
    perform public.free_jobs(gone);
  end if;
  delete from graphile_worker._private_jobs where locked_at is null and flags ? 'superseded' and attempts >= max_attempts;
  return gone;
end $function$;

grant execute on function all_jobs(integer) to zerotrace_service;
grant execute on function assets_in_scope() to public;
grant execute on function audit_content(integer,bigint,timestamp with time zone,text,text,text,jsonb,jsonb,jsonb,text) to public;
grant execute on function company_jobs(integer,integer) to zerotrace_app;
grant execute on function company_jobs(integer,integer) to zerotrace_service;
grant execute on function components_in_scope() to public;
grant execute on function delete_company_jobs(integer) to zerotrace_service;
grant execute on function delete_company_rows(integer,text,integer) to zerotrace_service;
grant execute on function email_is_proved(uuid) to zerotrace_app;
grant execute on function email_is_proved(uuid) to zerotrace_service;
grant execute on function enqueue_job(text,jsonb,text,integer,interval,integer,text) to zerotrace_app;
grant execute on function enqueue_job(text,jsonb,text,integer,interval,integer,text) to zerotrace_service;
grant execute on function guard_audit_cut() to public;
grant execute on function guard_company_end() to public;
grant execute on function is_company_to_delete(integer) to zerotrace_app;
grant execute on function is_company_to_delete(integer) to zerotrace_service;
grant execute on function mail_of_decision() to public;
grant execute on function mail_of_fix() to public;
grant execute on function mail_of_mentions() to public;
grant execute on function note_asset_event() to public;
grant execute on function note_decision_event() to public;
grant execute on function note_webhook_event(integer,text,jsonb,text[]) to public;
grant execute on function notify_company_state() to public;
grant execute on function notify_credential() to public;
grant execute on function notify_outbox() to public;
grant execute on function order_mail(integer,text,uuid,text,jsonb,integer,text,uuid) to public;
grant execute on function pending_jobs(integer) to zerotrace_app;
grant execute on function pending_jobs(integer) to zerotrace_service;
grant execute on function queue_depth() to zerotrace_service;
grant execute on function refuse_audit_change() to public;
grant execute on function ssvc_class_of(integer) to public;

CREATE CONSTRAINT TRIGGER audit_event_link AFTER INSERT ON public.audit_event DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION link_audit_event();
CREATE TRIGGER access_token_notify AFTER UPDATE OF revoked_at ON public.access_token FOR EACH ROW EXECUTE FUNCTION notify_credential();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.audit_checkpoint FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER append_only BEFORE UPDATE ON public.audit_event FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER append_only BEFORE UPDATE ON public.audit_link FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER asset_webhook AFTER INSERT OR DELETE ON public.asset FOR EACH ROW EXECUTE FUNCTION note_asset_event();
CREATE TRIGGER company_state_notify AFTER UPDATE OF state ON public.company FOR EACH ROW WHEN ((new.state IS DISTINCT FROM old.state)) EXECUTE FUNCTION notify_company_state();
CREATE TRIGGER credential_notify AFTER UPDATE OF revoked_at, hash, previous_hash, expires_at, permissions ON public.credential FOR EACH ROW WHEN ((new.kind = ANY (ARRAY['device'::text, 'api'::text]))) EXECUTE FUNCTION notify_credential();
CREATE TRIGGER cut_only BEFORE DELETE ON public.audit_event FOR EACH ROW EXECUTE FUNCTION guard_audit_cut('event');
CREATE TRIGGER cut_only BEFORE DELETE ON public.audit_link FOR EACH ROW EXECUTE FUNCTION guard_audit_cut('link');
CREATE TRIGGER decision_mail AFTER INSERT ON public.decision FOR EACH ROW EXECUTE FUNCTION mail_of_decision();
CREATE TRIGGER decision_webhook AFTER INSERT OR UPDATE ON public.decision FOR EACH ROW EXECUTE FUNCTION note_decision_event();
CREATE TRIGGER finding_mention_mail AFTER INSERT ON public.finding_mention REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION mail_of_mentions();
CREATE TRIGGER fix_work_mail AFTER INSERT OR UPDATE OF assignee_id ON public.fix_work FOR EACH ROW EXECUTE FUNCTION mail_of_fix();
CREATE TRIGGER guarded_end BEFORE INSERT OR DELETE OR UPDATE ON public.company FOR EACH ROW EXECUTE FUNCTION guard_company_end();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON public.audit_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON public.audit_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON public.audit_link FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER outbox_notify AFTER INSERT ON public.outbox FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox();
