import { AppError } from "@zerotrace/core";

/** A name by which a registry knows an image (distribution specification; docker's defaults). */
export interface ImageReference {
  /** `registry-1.docker.io`, `ghcr.io`, `localhost:5000`. */
  readonly host: string;
  /** `library/nginx`. */
  readonly repository: string;
  /** A tag or `sha256:…`. */
  readonly version: string;
  /** As it is shown: `docker.io/library/nginx:1.27`. */
  readonly text: string;
}

const DOCKER_HUB = "registry-1.docker.io";
const REFERENCE =
  /^(?:((?:[a-zA-Z0-9]+(?:[.-]+(?=[a-zA-Z0-9])[a-zA-Z0-9]*)*)(?::\d+)?|\[[0-9a-fA-F:]+\](?::\d+)?)\/)?([a-z0-9]+(?:(?:\.|__?|-+|\/)[a-z0-9]+)*)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[a-f0-9]{64}))?$/;

/** Reads `nginx:1.27`, `ghcr.io/owner/name@sha256:…`. Null when it is no such name. */
export const parseReference = (text: string): ImageReference | null => {
  if (text.length > 512) return null;
  const [, first, rest = "", tag, digest] = REFERENCE.exec(text) ?? [];
  if (rest === "") return null;
  const isHost = first !== undefined && (/[.:]/.test(first) || first === "localhost");
  const isHub = !isHost || first === "docker.io" || first === "index.docker.io";
  const path = isHost || first === undefined ? rest : `${first}/${rest}`;
  if (!isHost && first !== undefined && /[A-Z]/.test(first)) return null;
  const repository = isHub && !path.includes("/") ? `library/${path}` : path;
  const host = isHub ? DOCKER_HUB : first;
  const version = digest ?? tag ?? "latest";
  return {
    host,
    repository,
    version,
    text: `${isHub ? "docker.io" : host}/${repository}${digest ? `@${digest}` : `:${version}`}`,
  };
};

/** As `parseReference`. Throws AppError BAD_REQUEST for anything else. */
export const mustReference = (text: string): ImageReference => {
  const reference = parseReference(text);
  if (reference !== null) return reference;
  throw new AppError("BAD_REQUEST", `${text} is no image: write it as nginx:1.27 or ghcr.io/owner/name:tag.`, {
    field: "target",
  });
};
