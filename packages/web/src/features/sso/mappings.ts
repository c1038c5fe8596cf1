import { InputError } from "../../ui/input-error.ts";
import { say } from "../../ui/texts.ts";

/** A group of the identity provider, and what who is in it may do here. `labels` null: every asset. */
export interface Mapping {
  group: string;
  role: string;
  labels: string[] | null;
}

/** Mappings as people write them: one a line, `group = role`, or `group = role [label, label]`. */
export const textOfMappings = (mappings: readonly Mapping[]): string =>
  mappings
    .map(({ group, role, labels }) => `${group} = ${role}${labels === null ? "" : ` [${labels.join(", ")}]`}`)
    .join("\n");

/**
 * Reads what {@link textOfMappings} writes; empty lines are passed over. Throws an {@link InputError} that names the line that is no mapping: one that
 * was left out would give its people another role in silence.
 */
export const mappingsOfText = (text: string): Mapping[] =>
  text.split("\n").flatMap((written, index) => {
    const line = written.trim();
    if (line === "") return [];
    const scope = /\s*\[([^[\]]*)\]$/.exec(line);
    const pair = scope ? line.slice(0, scope.index) : line;
    const at = pair.lastIndexOf("=");
    const [group, role] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    if (at < 0 || group === "" || role === "") {
      throw new InputError(
        say('Line {n} of the groups, "{line}": write group = role, or group = role [label, label].', {
          n: index + 1,
          line,
        }),
      );
    }
    const labels = scope?.[1]?.split(/[\s,]+/).filter(Boolean) ?? [];
    return [{ group, role, labels: labels.length === 0 ? null : labels }];
  });
