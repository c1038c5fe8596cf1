import type { Fixer } from "./fix.ts";

const fixer = (id: string, title: string, readers: readonly string[], load: Fixer["load"]): Fixer => ({
  id,
  title,
  readers,
  load,
});

/** Every package manager whose files can be mended, sorted by id; one folder and one line each. */
export const FIXERS: readonly Fixer[] = [
  fixer("bundler", "Bundler", ["gemfile-lock"], () => import("./bundler/index.ts")),
  fixer("cargo", "Cargo", ["cargo-lock", "cargo-toml"], () => import("./cargo/index.ts")),
  fixer("composer", "Composer", ["composer-lock"], () => import("./composer/index.ts")),
  fixer("go", "Go", ["go-mod"], () => import("./go/index.ts")),
  fixer("gradle", "Gradle", ["gradle-catalog", "gradle-lock"], () => import("./gradle/index.ts")),
  fixer("maven", "Maven", ["maven-pom"], () => import("./maven/index.ts")),
  fixer("npm", "npm", ["npm-lock"], () => import("./npm/index.ts")),
  fixer("nuget", "NuGet", ["dotnet-project", "nuget-packages-lock"], () => import("./nuget/index.ts")),
  fixer("pip", "pip", ["requirements"], () => import("./pip/index.ts")),
  fixer("pipenv", "Pipenv", ["pipfile-lock"], () => import("./pipenv/index.ts")),
  fixer("pnpm", "pnpm", ["pnpm-lock"], () => import("./pnpm/index.ts")),
  fixer("poetry", "Poetry", ["poetry-lock"], () => import("./poetry/index.ts")),
  fixer("system", "the system's package manager", ["apk", "dpkg", "pacman", "rpm"], () => import("./system/index.ts")),
  fixer("uv", "uv", ["uv-lock"], () => import("./uv/index.ts")),
  fixer("yarn", "Yarn", ["yarn-lock"], () => import("./yarn/index.ts")),
];
