import type { CompanyKeys } from "../../platform/crypto/index.ts";
import { companyRoutes } from "./index.ts";

/** The routes as a composition root wires them, for tests. */
export const testRoutes = (given: {
  forget: (credentialId: string) => void;
  forgetCompany: (companyId: number) => void;
  keys: CompanyKeys;
  dataDir: string;
}) => companyRoutes({ ...given, publicUrl: () => "https://zt.example", companyDeletionDays: 7 });
