-- How a generation came into force. One that was put there by hand stays until the operator says otherwise.
alter table feed_generation add column origin text not null default 'sync'
  check (origin in ('sync', 'import', 'rollback'));
