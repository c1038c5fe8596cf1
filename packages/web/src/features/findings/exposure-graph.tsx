import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type FindingAsset, type FindingDetail, queries } from "../../api.ts";
import { Chart } from "../../ui/charts/chart.tsx";
import { count, decimal, middle, plural } from "../../ui/format.ts";
import { useMedia } from "../../ui/hooks.ts";
import { Panel } from "../../ui/panel.tsx";
import { say } from "../../ui/texts.ts";

/** Assets drawn one by one; the rest is one node with their number. */
const ASSETS_SHOWN = 5;
const NODE_WIDTH = 232;
const NODE_HEIGHT = 44;
const STEP_X = 280;
const STEP_Y = 54;
const WIDTH = STEP_X * 3 + NODE_WIDTH;
/** Characters of a node's line. */
const CHARS = 27;

type Level = "internet" | "internal" | "isolated" | "unrated";
const LEVELS: readonly Level[] = ["internet", "internal", "isolated", "unrated"];
const LEVEL_WORDS: Readonly<Record<Level, string>> = {
  internet: say("reached from the internet"),
  internal: say("reached from inside"),
  isolated: say("isolated"),
  unrated: say("exposure not stated"),
};

interface Node {
  readonly id: string;
  readonly name: string;
  readonly says: string;
  readonly link: (children: ReactNode) => ReactNode;
}
interface Placed extends Node {
  readonly x: number;
  readonly y: number;
}
type Edge = readonly [from: string, to: string];

const placed = (columns: readonly (readonly Node[])[]): Placed[] => {
  const rows = Math.max(...columns.map((column) => column.length));
  return columns.flatMap((column, x) =>
    column.map((node, i) => ({ ...node, x: x * STEP_X, y: (i + (rows - column.length) / 2) * STEP_Y })),
  );
};

const levelOf = (asset: FindingAsset): Level => asset.exposure ?? "unrated";

const assetNode = (asset: FindingAsset): Node => ({
  id: asset.id,
  name: asset.name,
  says: asset.os || say("asset"),
  link: (children) => (
    <Link key={asset.id} to="/assets/$id" params={{ id: asset.id }} className="graph-node">
      {children}
    </Link>
  ),
});

/** What leads where: the weakness, the component that has it, its assets, and from where these are reached. */
const graphOf = (f: FindingDetail, assets: readonly FindingAsset[]): { columns: Node[][]; edges: Edge[] } => {
  const { advisory } = f;
  const shown = assets.slice(0, ASSETS_SHOWN);
  const rest = f.assetCount - shown.length;
  const { count: open, internet, internal, isolated } = f.assessment.assets;
  const counts: Record<Level, number> = {
    internet,
    internal,
    isolated,
    unrated: open - internet - internal - isolated,
  };
  const levels = LEVELS.filter((level) => counts[level] > 0 || shown.some((asset) => levelOf(asset) === level));
  const finding: Node = {
    id: "finding",
    name: advisory,
    says: say("risk {risk}", { risk: decimal(f.assessment.risk) }),
    link: (children) => (
      <Link key="finding" to="/advisories/$id" params={{ id: advisory }} className="graph-node">
        {children}
      </Link>
    ),
  };
  const component: Node = {
    id: "component",
    name: f.package,
    says: f.version,
    link: (children) => (
      <Link key="component" to="/components" search={{ q: f.package }} className="graph-node">
        {children}
      </Link>
    ),
  };
  const more: Node = {
    id: "more",
    name: shown.length === 0 ? plural(rest, "asset") : say("{rest} more", { rest: count(rest) }),
    says: say("all that have it"),
    link: (children) => (
      <Link key="more" to="/affected" search={{ q: advisory }} className="graph-node">
        {children}
      </Link>
    ),
  };
  const exposures = levels.map((level): Node => ({
    id: level,
    name: LEVEL_WORDS[level],
    says: plural(counts[level], "asset"),
    link: (children) => (
      <Link key={level} to="/affected" search={{ q: advisory }} className="graph-node">
        {children}
      </Link>
    ),
  }));
  const left = { ...counts };
  for (const asset of shown) left[levelOf(asset)] -= 1;
  return {
    columns: [[finding], [component], [...shown.map(assetNode), ...(rest > 0 ? [more] : [])], exposures],
    edges: [
      ["finding", "component"],
      ...shown.flatMap((asset): Edge[] => [
        ["component", asset.id],
        [asset.id, levelOf(asset)],
      ]),
      ...(rest > 0 ? [["component", "more"] as const] : []),
      ...(rest > 0 ? levels.filter((level) => left[level] > 0).map((level): Edge => ["more", level]) : []),
    ],
  };
};

const Picture = ({ nodes, edges, height }: { nodes: readonly Placed[]; edges: readonly Edge[]; height: number }) => {
  const at = new Map(nodes.map((node) => [node.id, node]));
  return (
    <svg viewBox={`0 0 ${WIDTH} ${height}`} width={WIDTH} height={height} className="h-auto max-w-full min-w-[720px]">
      <g aria-hidden="true">
        {edges.map(([from, to]) => {
          const [a, b] = [at.get(from), at.get(to)];
          if (!a || !b) return null;
          const [x1, y1, x2, y2] = [a.x + NODE_WIDTH, a.y + NODE_HEIGHT / 2, b.x, b.y + NODE_HEIGHT / 2];
          const half = (x1 + x2) / 2;
          return (
            <path
              key={`${from} ${to}`}
              d={`M${x1} ${y1}C${half} ${y1} ${half} ${y2} ${x2} ${y2}`}
              className="graph-edge"
            />
          );
        })}
      </g>
      {nodes.map((node) =>
        node.link(
          <>
            <title>{`${node.name}, ${node.says}`}</title>
            <rect x={node.x + 0.5} y={node.y + 0.5} width={NODE_WIDTH - 1} height={NODE_HEIGHT - 1} rx="2" />
            <text x={node.x + 10} y={node.y + 18} className="graph-name">
              {middle(node.name, CHARS)}
            </text>
            <text x={node.x + 10} y={node.y + 35} className="graph-says">
              {middle(node.says, CHARS + 4)}
            </text>
          </>,
        ),
      )}
    </svg>
  );
};

const Line = ({ node }: { node: Node }) => (
  <p className="py-0.5 text-sm wrap-anywhere">
    {node.link(<span className="mono link">{node.name}</span>)} <span className="text-dim">{node.says}</span>
  </p>
);

/** The same ways from above to below, for a window too narrow to draw them beside each other. */
const Steps = ({ columns, edges }: { columns: readonly (readonly Node[])[]; edges: readonly Edge[] }) => {
  const [finding = [], component = [], assets = [], levels = []] = columns;
  const step = "ml-2 border-l border-edge pl-4";
  return (
    <div>
      {finding.map((node) => (
        <Line key={node.id} node={node} />
      ))}
      <div className={step}>
        {component.map((node) => (
          <Line key={node.id} node={node} />
        ))}
        <ul className={step}>
          {levels.map((level) => (
            <li key={level.id} className="py-1">
              <Line node={level} />
              <ul className={step}>
                {assets
                  .filter(({ id }) => edges.some(([from, to]) => from === id && to === level.id))
                  .map((node) => (
                    <li key={node.id}>
                      <Line node={node} />
                    </li>
                  ))}
              </ul>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
};

/** The way from a weakness to where it can be reached, left to right, or from above to below; nothing where no asset has it. */
export const ExposureGraph = ({ finding }: { finding: FindingDetail }) => {
  const assets = useInfiniteQuery(queries.findingAssets(finding.id)).data?.pages[0]?.rows;
  const isNarrow = useMedia("(width < 800px)");
  if (!assets || finding.assetCount === 0) return null;
  // the asset that adds the most risk is always among those that are drawn
  const worst = finding.assessment.worstAsset?.id;
  const ordered = assets.toSorted((a, b) => Number(b.id === worst) - Number(a.id === worst));
  const { columns, edges } = graphOf(finding, ordered);
  const height = Math.max(...columns.map((column) => column.length)) * STEP_Y - (STEP_Y - NODE_HEIGHT);
  const rows = assets.map((asset) => ({
    key: asset.id,
    cells: [
      <Link key="a" to="/assets/$id" params={{ id: asset.id }} className="link">
        {asset.name}
      </Link>,
      LEVEL_WORDS[levelOf(asset)],
    ],
  }));
  const label = say("From the weakness to where it can be reached");
  return (
    <Panel
      title={label}
      aside={say("{name} in {where}", { name: finding.package, where: plural(finding.assetCount, "asset") })}
    >
      <Chart label={label} table={{ heads: [say("Asset"), say("Exposure")], rows }}>
        {isNarrow ? (
          <Steps columns={columns} edges={edges} />
        ) : (
          <div className="overflow-x-auto p-0.5">
            <Picture nodes={placed(columns)} edges={edges} height={height} />
          </div>
        )}
      </Chart>
    </Panel>
  );
};
