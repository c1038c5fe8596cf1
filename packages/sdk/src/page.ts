/** What of a browser's page is used; absent elsewhere. */
interface Page {
  readonly location?: { readonly href: string };
  addEventListener?(type: "online", listener: () => void): void;
  removeEventListener?(type: "online", listener: () => void): void;
  readonly WebSocket?: unknown;
  readonly XMLHttpRequest?: new () => PageRequest;
}

/** A browser's older kind of request: it says how far an upload is. */
export interface PageRequest {
  readonly status: number;
  readonly responseText: string;
  readonly upload: { addEventListener(type: "progress", listener: (event: { loaded: number }) => void): void };
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  getResponseHeader(name: string): string | null;
  addEventListener(type: "load" | "error" | "abort", listener: () => void): void;
  send(body: unknown): void;
  abort(): void;
}

/** The page that this runs in, or nothing of it. */
export const page = globalThis as unknown as Page;
