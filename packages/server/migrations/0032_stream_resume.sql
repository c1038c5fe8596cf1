-- An event stays for some minutes after it was sent, so that a client that was away hears of it, even after a restart of the
-- server. `seq` says when it was sent, in microseconds, higher than all before; null while it waits.
alter table outbox add column seq bigint;
-- The notifier looks for what waits, and not through what was sent.
create index outbox_waiting on outbox (id) where seq is null;
