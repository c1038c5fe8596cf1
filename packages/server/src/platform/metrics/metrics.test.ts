import { expect, test } from "vitest";
import { createMetrics } from "./index.ts";

test("every measure appears in Prometheus' text under its name and unit", async () => {
  const metrics = createMetrics({ version: "9" });
  metrics.httpRequest({ method: "GET", route: "/x", status: 200, seconds: 0.002 });
  metrics.queueDepth([{ task: "match", state: "waiting", count: 3 }]);
  metrics.queueDepth([{ task: "sync", state: "dead", count: 1 }]);
  metrics.match({ seconds: 0.3, components: 1000 });
  metrics.feedSync({ feed: "osv", ok: true, seconds: 4 });
  metrics.feedSources([{ feed: "gone", ageSeconds: 1, isStale: false }]);
  metrics.feedSources([{ feed: "kev", ageSeconds: 7200, isStale: true }]);
  metrics.agentsOnline(2);
  metrics.findings({ high: 5 });
  metrics.websocketClients(1);
  metrics.websocketDropped();
  const text = await metrics.text();
  for (const line of [
    'zerotrace_http_request_seconds_count{method="GET",route="/x",status="200"} 1',
    'zerotrace_queue_jobs{task="sync",state="dead"} 1',
    "zerotrace_match_components_total 1000",
    'zerotrace_feed_sync_duration_seconds_count{feed="osv",ok="true"} 1',
    'zerotrace_feed_data_age_seconds{feed="kev"} 7200',
    'zerotrace_feed_stale{feed="kev"} 1',
    "zerotrace_agents_online 2",
    'zerotrace_findings_open{severity="high"} 5',
    "zerotrace_websocket_clients 1",
    "zerotrace_websocket_dropped_total 1",
    `zerotrace_build_info{version="9",node="${process.version}"} 1`,
  ]) {
    expect(text).toContain(line);
  }
  expect(text).not.toContain('task="match"');
  expect(text).not.toContain('feed="gone"');
});
