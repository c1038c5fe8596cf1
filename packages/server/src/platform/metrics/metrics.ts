import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

/** What the server measures about itself. Durations are in seconds. */
export interface Metrics {
  httpRequest(request: { method: string; route: string; status: number; seconds: number }): void;
  /** Jobs by task and state, replacing what was said before. */
  queueDepth(jobs: readonly { task: string; state: string; count: number }[]): void;
  match(run: { seconds: number; components: number }): void;
  feedSync(run: { feed: string; ok: boolean; seconds: number }): void;
  /** The sources of the feeds by feed, replacing what was said before. */
  feedSources(sources: readonly { feed: string; ageSeconds: number; isStale: boolean }[]): void;
  agentsOnline(count: number): void;
  /** What the last check between the two canary companies found, and when. */
  isolationCanary(run: { ok: boolean; ranAt: Date }): void;
  findings(bySeverity: Readonly<Record<string, number>>): void;
  websocketClients(count: number): void;
  websocketDropped(): void;
  /** Everything in Prometheus' text format. */
  text(): Promise<string>;
}

const HTTP_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WORK_SECONDS = [0.005, 0.02, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** A registry of its own, so that tests and several servers in one process do not meet. `process` adds Node's own figures. */
export const createMetrics = (options: { version: string; process?: boolean }): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  if (options.process) collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `zerotrace_${name}`, help, labelNames, registers });
  const histogram = (name: string, help: string, labelNames: string[], buckets: number[]) =>
    new Histogram({ name: `zerotrace_${name}`, help, labelNames, buckets, registers });

  const http = histogram(
    "http_request_seconds",
    "Time to answer a request",
    ["method", "route", "status"],
    HTTP_SECONDS,
  );
  const queue = gauge("queue_jobs", "Jobs by task and state", ["task", "state"]);
  const matches = histogram("match_duration_seconds", "Time of a match run", [], WORK_SECONDS);
  const matched = new Counter({ name: "zerotrace_match_components_total", help: "Components matched", registers });
  const feeds = histogram("feed_sync_duration_seconds", "Time of a feed's refresh", ["feed", "ok"], WORK_SECONDS);
  const ages = gauge("feed_data_age_seconds", "Age of a source's data, the oldest of its locations", ["feed"]);
  const staleness = gauge("feed_stale", "1 when a source's data is older than its bound", ["feed"]);
  const canaryOk = gauge("isolation_canary_ok", "1 when nothing crossed between the two canary companies");
  const canaryAt = gauge("isolation_canary_last_run_timestamp_seconds", "When that was checked last");
  const agents = gauge("agents_online", "Agents heard from lately");
  const findings = gauge("findings_open", "Open findings by severity", ["severity"]);
  const clients = gauge("websocket_clients", "Connected WebSocket clients");
  const dropped = new Counter({
    name: "zerotrace_websocket_dropped_total",
    help: "Clients too slow to keep",
    registers,
  });
  gauge("build_info", "The running version", ["version", "node"]).set(
    { version: options.version, node: process.version },
    1,
  );

  return {
    httpRequest: ({ method, route, status, seconds }) =>
      http.observe({ method, route, status: String(status) }, seconds),
    queueDepth: (jobs) => {
      queue.reset();
      for (const { task, state, count } of jobs) queue.set({ task, state }, count);
    },
    match: ({ seconds, components }) => {
      matches.observe(seconds);
      matched.inc(components);
    },
    feedSync: ({ feed, ok, seconds }) => feeds.observe({ feed, ok: String(ok) }, seconds),
    feedSources: (sources) => {
      ages.reset();
      staleness.reset();
      for (const { feed, ageSeconds, isStale } of sources) {
        ages.set({ feed }, ageSeconds);
        staleness.set({ feed }, isStale ? 1 : 0);
      }
    },
    agentsOnline: (count) => agents.set(count),
    isolationCanary: ({ ok, ranAt }) => {
      canaryOk.set(ok ? 1 : 0);
      canaryAt.set(ranAt.getTime() / 1000);
    },
    findings: (bySeverity) => {
      for (const [severity, count] of Object.entries(bySeverity)) findings.set({ severity }, count);
    },
    websocketClients: (count) => clients.set(count),
    websocketDropped: () => dropped.inc(),
    text: () => registry.metrics(),
  };
};
