import { idParam, page, pageQuery, route } from "@zerotrace/core/schema";
import { z } from "zod";
import { ASSET_KINDS } from "../assets/contract.ts";

/** Largest document that can be uploaded, in bytes as sent; packed with gzip or zstd it may hold more. */
export const SBOM_UPLOAD_BYTES = 128 * 1024 * 1024;

export type { AssetKind } from "../assets/contract.ts";
export const UPLOAD_STATES = ["waiting", "receiving", "reading", "storing", "done", "failed"] as const;
export type UploadState = (typeof UPLOAD_STATES)[number];

const text = (most: number) => z.string().trim().min(1).max(most);
const name = text(300);
const branch = text(200);
const version = text(200);

export const uploadRow = z.object({
  id: z.uuid(),
  kind: z.enum(["sbom", "image"]),
  /** The file, or the image as it was asked for. */
  name: z.string(),
  state: z.enum(UPLOAD_STATES),
  /** What is being done, in words; empty when nothing is. */
  says: z.string(),
  doneBytes: z.number().int(),
  /** Null while nobody knows. */
  totalBytes: z.number().int().nullable(),
  /** Null until it is known which asset this is. */
  assetId: z.uuid().nullable(),
  assetName: z.string().nullable(),
  branch: z.string().nullable(),
  componentCount: z.number().int(),
  /** Those of them that nothing can be found for: shown as not covered, never as clean. */
  notJudgedCount: z.number().int(),
  addedCount: z.number().int(),
  removedCount: z.number().int(),
  /** What could not be used; `problems` holds the first of them. */
  problemCount: z.number().int(),
  problems: z.array(z.string()),
  /** Why it failed; null unless it did. */
  error: z.string().nullable(),
  addedBy: z.string(),
  addedAt: z.string(),
});

export const addSbom = route({
  method: "POST",
  path: "/api/v1/sboms",
  summary:
    "Make or update an asset from a bill of materials (CycloneDX, SPDX; packed or not), told by its content; answers when it is stored",
  permission: "sboms:upload",
  status: 201,
  bodyLimitBytes: SBOM_UPLOAD_BYTES,
  bodyIsStream: true,
  query: z.object({
    uploadId: z.uuid().optional().describe("An id of the caller's choice, by which the progress is followed"),
    file: text(300).optional().describe("How the document is called"),
    kind: z.enum(ASSET_KINDS).optional().describe("What the asset is, when the document does not tell"),
    name: name.optional().describe("How the asset is called, instead of what the document says"),
    branch: branch.optional().describe("The branch of a repository, the tag of an image"),
    version: version.optional().describe("A digest, a commit, a release"),
  }),
  body: z.unknown(),
  answer: uploadRow,
});

export const scanImage = route({
  method: "POST",
  path: "/api/v1/images",
  summary: "Pull an image from its registry and make or update its asset; the answer comes at once, the job follows",
  permission: "scan:execute",
  status: 202,
  body: z.object({
    reference: text(512).describe("nginx:1.27, ghcr.io/owner/name@sha256:…"),
    platform: text(100).optional().describe("linux/arm64; the server's own unless said"),
    name: name.optional(),
    branch: branch.optional(),
  }),
  answer: uploadRow,
});

export const listUploads = route({
  method: "GET",
  path: "/api/v1/uploads",
  summary: "Documents and images that were given to the server, newest first",
  permission: "assets:read",
  query: z.object({ ...pageQuery }),
  answer: page(uploadRow),
});

export const getUpload = route({
  method: "GET",
  path: "/api/v1/uploads/:id",
  summary: "How far an upload is, and what it brought",
  permission: "assets:read",
  params: idParam,
  answer: uploadRow,
});

export const routes = { addSbom, scanImage, listUploads, getUpload };
