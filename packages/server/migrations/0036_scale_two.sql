-- Findings in the order of their risk are met by the index alone as long as what is asked of them stands in it: of a fleet's findings a
-- host or a label has few, many are passed over, and each cost a look at its row. What is included never changes.
drop index finding_risk;
create index finding_risk on finding (company_id, status, risk desc, id desc) include (component_id, advisory_id);

-- Those of one severity lie far apart in that order.
create index finding_severity on finding (company_id, severity_rank, risk desc, id desc) include (component_id, advisory_id)
  where status = 'open';

-- The few whose exploitation is known, by themselves.
create index finding_exploited on finding (company_id, risk desc, id desc) include (component_id, advisory_id, severity_rank)
  where status = 'open' and kev_added_at is not null;

-- How many advisories have open findings, beside the other counts; null until they are counted next.
alter table company_total add column advisory_count int;

-- One and two letters lead nowhere: every name is looked through, in the index alone.
drop index held_component_name;
create index held_component_name on held_component (company_id, name, component_id) include (words);

-- Assets of which something could not be looked at.
create index inventory_partly on inventory (company_id, asset_id) where status = 'unreadable' or cardinality(problems) > 0;
