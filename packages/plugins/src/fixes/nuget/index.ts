import { AppError } from "@zerotrace/core";
import { basename } from "node:path/posix";
import { beside, folderOf, type PlanFix, type Step, way } from "../fix.ts";

const PROJECT = /\.(?:cs|fs|vb)proj$/;

/**
 * .NET projects and packages.lock.json: a package that the project names itself goes before what others bring, so `dotnet add` mends direct
 * and transitive ones alike; the lockfile follows by `dotnet restore`.
 */
export const plan: PlanFix = async ({ path, name, to, isDirect }, { list }) => {
  const projects = PROJECT.test(path)
    ? [basename(path)]
    : ((await list(folderOf(path))) ?? []).filter((one) => PROJECT.test(one));
  const [project] = projects;
  if (project === undefined || projects.length > 1) {
    throw new AppError(
      "UNREADABLE",
      `Which project ${path} belongs to cannot be told: dotnet add <project> package ${name} --version ${to}.`,
    );
  }
  const step = (args: readonly string[]): Step => ({ program: "dotnet", args, folder: folderOf(path) });
  // A file's name is no option of dotnet.
  const file = project.startsWith("-") ? `./${project}` : project;
  const steps = [
    step(["add", file, "package", name, "--version", to, "--no-restore"]),
    step(["restore", file, "--force-evaluate"]),
  ];
  const files = [beside(path, project), beside(path, "packages.lock.json"), beside(path, "Directory.Packages.props")];
  const notes = isDirect === false ? ["It becomes a package that the project names itself."] : [];
  return way(isDirect === false ? "override" : "manifest", { steps, files, notes });
};
