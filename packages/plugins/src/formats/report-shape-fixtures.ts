/**
 * The parts that our documents use of the schemas of SARIF 2.1.0 and of GitLab's reports 15.2.1, compared with them property by
 * property: nothing is allowed here that is not there. For tests.
 */

const text = { type: "string" } as const;
const some = { type: "string", minLength: 1 } as const;
const object = (
  properties: Readonly<Record<string, object>>,
  required: readonly string[] = Object.keys(properties),
) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const list = (items: object, more: object = {}) => ({ type: "array", items, ...more });

const message = object({ text });
const multiformat = object({ text, markdown: text }, ["text"]);
const level = { enum: ["none", "note", "warning", "error"] };
const configuration = object({ level });
const properties = { type: "object", properties: { tags: list(text, { uniqueItems: true }) } };
const rule = object(
  {
    id: text,
    name: text,
    shortDescription: multiformat,
    fullDescription: multiformat,
    helpUri: { type: "string", format: "uri" },
    help: multiformat,
    defaultConfiguration: configuration,
    properties,
  },
  ["id"],
);
const location = object(
  {
    physicalLocation: object({
      artifactLocation: object({ uri: { type: "string", format: "uri-reference" }, uriBaseId: text }, ["uri"]),
      region: object({ startLine: { type: "integer", minimum: 1 } }),
    }),
    message,
  },
  ["physicalLocation"],
);
const suppression = object(
  {
    kind: { enum: ["inSource", "external"] },
    status: { enum: ["accepted", "underReview", "rejected"] },
    justification: text,
    properties,
  },
  ["kind"],
);
const result = object(
  {
    ruleId: text,
    ruleIndex: { type: "integer", minimum: 0 },
    level,
    message,
    locations: list(location),
    partialFingerprints: { type: "object", additionalProperties: text },
    suppressions: list(suppression, { uniqueItems: true }),
    properties,
  },
  ["ruleId", "ruleIndex", "message", "locations", "partialFingerprints"],
);
const driver = object({
  name: text,
  semanticVersion: text,
  informationUri: { type: "string", format: "uri" },
  rules: list(rule, { uniqueItems: true }),
});
const notification = object({ level, message });
const invocation = object({ executionSuccessful: { type: "boolean" }, toolExecutionNotifications: list(notification) });

/** SARIF 2.1.0 (OASIS), section 3.13 and on. */
export const SARIF_SHAPE = object({
  $schema: { type: "string", format: "uri" },
  version: { const: "2.1.0" },
  runs: list(
    object({
      tool: object({ driver }),
      invocations: list(invocation),
      columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
      results: list(result),
    }),
    { minItems: 1 },
  ),
});

const tool = object({ id: some, name: some, version: some, vendor: object({ name: some }) });
const second = { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$" };
const dependency = object({ package: object({ name: text }), version: text, direct: { type: "boolean" } }, [
  "package",
  "version",
]);
const identifier = object({
  type: some,
  name: some,
  value: some,
  url: { type: "string", pattern: "^https?://.+", maxLength: 2048 },
});
const short = { type: "string", minLength: 1, maxLength: 255 };

/** GitLab's security report 15.2.1 of a kind of scan. */
export const gitlabShape = (kind: "dependency_scanning" | "container_scanning"): object => {
  const isContainer = kind === "container_scanning";
  const at: Readonly<Record<string, object>> = isContainer
    ? { dependency, operating_system: short, image: short }
    : { file: some, dependency };
  const vulnerability = object({
    id: some,
    name: { type: "string", maxLength: 255 },
    description: { type: "string", maxLength: 1_048_576 },
    severity: { enum: ["Info", "Unknown", "Low", "Medium", "High", "Critical"] },
    solution: { type: "string", maxLength: 7000 },
    identifiers: list(identifier, { minItems: 1, maxItems: 20 }),
    links: list(object({ url: { type: "string", pattern: "^https?://.+" } })),
    location: object(at),
  });
  const scan = object({
    analyzer: tool,
    scanner: tool,
    type: { const: kind },
    start_time: second,
    end_time: second,
    status: { enum: ["success", "failure"] },
    messages: list(object({ level: { enum: ["info", "warn", "fatal"] }, value: some })),
  });
  const file = object({ path: some, package_manager: some, dependencies: list(dependency) });
  return object({
    version: { type: "string", pattern: "^\\d+\\.\\d+\\.\\d+$" },
    scan,
    ...(isContainer ? {} : { dependency_files: list(file) }),
    vulnerabilities: list(vulnerability),
  });
};
