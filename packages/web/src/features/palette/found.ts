import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { call, contract, type Session } from "../../api.ts";
import type { Group } from "./commands.ts";
import { say } from "../../ui/texts.ts";

/** Typing that goes on within this time asks nothing yet. */
const PAUSE_MS = 150;
/** Fewer characters fit too much to be of use. */
const CHARS_MIN = 2;
/** Rows of each kind. */
const ROWS = 5;

/** A text as it was when the typing paused. */
const usePaused = (text: string): string => {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
};

const search = async (q: string, { permissions }: Session) => {
  const query = { q, limit: ROWS };
  const inventory = permissions.includes("assets:read");
  const [assets, components, advisories] = await Promise.all([
    inventory ? call(contract.assets.listAssets, { query }) : null,
    inventory ? call(contract.assets.listComponents, { query }) : null,
    permissions.includes("findings:read") ? call(contract.advisories.listAdvisories, { query }) : null,
  ]);
  return { assets: assets?.rows ?? [], components: components?.rows ?? [], advisories: advisories?.rows ?? [] };
};

type Go = (address: { to: string; params?: object; search?: object }) => void;

/** What the company has that fits what is typed: assets, components and advisories, and whether more is on its way. */
export const useFound = (typed: string, session: Session, go: Go): { groups: readonly Group[]; isLooking: boolean } => {
  const q = usePaused(typed.trim());
  const asks = q.length >= CHARS_MIN;
  const found = useQuery({
    queryKey: ["palette", q],
    queryFn: () => search(q, session),
    enabled: asks,
    placeholderData: (last) => last,
  });
  const isLooking = typed.trim().length >= CHARS_MIN && (typed.trim() !== q || found.isFetching);
  if (!asks || !found.data) return { groups: [], isLooking };
  const { assets, components, advisories } = found.data;
  const groups: Group[] = [
    {
      name: say("Assets"),
      commands: assets.map((a) => ({
        id: a.id,
        name: a.name,
        says: a.branch || a.os || a.kind,
        run: () => go({ to: "/assets/$id", params: { id: a.id } }),
      })),
    },
    {
      name: say("Components"),
      commands: components.map((c) => ({
        id: String(c.id),
        name: `${c.name} ${c.version}`,
        says: c.ecosystem,
        run: () => go({ to: "/components", search: { q: c.name } }),
      })),
    },
    {
      name: say("Advisories"),
      commands: advisories.map((a) => ({
        id: a.id,
        name: a.id,
        says: a.summary,
        run: () => go({ to: "/advisories/$id", params: { id: a.id } }),
      })),
    },
  ];
  return { groups: groups.filter((g) => g.commands.length > 0), isLooking };
};
