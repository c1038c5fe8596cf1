import { type AdvisoryIndex, isClosedBy, type Verdict, type Vex } from "@zerotrace/core";

const CLOSED: Verdict = Object.freeze({ verdict: "not_affected", reason: "vex", hits: Object.freeze([]) });

/**
 * The index with what VEX statements close taken out of its verdicts. A line names a package and no product around it, so
 * statements about parts of a product do not count.
 */
export const withVex = (index: AdvisoryIndex, vex: Vex): AdvisoryIndex => ({
  ...index,
  match: (ecosystem, name, version) => {
    const verdict = index.match(ecosystem, name, version);
    if (verdict.hits.length === 0) return verdict;
    const component = { ecosystem, name, version };
    const hits = verdict.hits.filter((hit) => {
      const { id, aliases } = index.advisory(hit.advisory);
      const ruling = vex.rule([id, ...aliases], component, () => false);
      return ruling === null || !isClosedBy(ruling.status);
    });
    if (hits.length === verdict.hits.length) return verdict;
    return hits.length === 0 ? CLOSED : { ...verdict, hits };
  },
});
