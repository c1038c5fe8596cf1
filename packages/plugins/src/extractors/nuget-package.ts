import type { Component } from "@zerotrace/core";

/** A NuGet package, its name as the project writes it: case says nothing, and is what people search for. */
export const nugetPackage = (name: string, version: string): Component => ({ ecosystem: "NuGet", name, version });

/**
 * The version that NuGet takes for what a project asks: the lowest one that is allowed, so a plain version is itself. Empty for
 * ranges and floating versions, where the sources decide, and where an MSBuild property is not known.
 */
export const pinnedNuget = (asked: string): string => {
  const only = /^\[\s*([^\s,[\]()]+)\s*\]$/.exec(asked)?.[1] ?? asked.trim();
  return /[[\](),*$\s]/.test(only) ? "" : only;
};

/** `Name/1.2.3` as dotnet's JSON files write it; null when it is something else. */
export const nameAndVersion = (key: string): { readonly name: string; readonly version: string } | null => {
  const at = key.indexOf("/");
  return at <= 0 || at === key.length - 1 ? null : { name: key.slice(0, at), version: key.slice(at + 1) };
};
