import type { CommandUnknownOpts } from "@commander-js/extra-typings";

/** What can follow a flag or stand as an argument. */
export interface Taken {
  /** The values, where they are few and known. */
  readonly values: readonly string[];
  /** A path of this machine is wanted. */
  readonly isPath: boolean;
}

export interface Flag extends Taken {
  readonly names: readonly string[];
  readonly what: string;
  readonly takesValue: boolean;
}

/** A command as completion knows it. */
export interface Node {
  /** Its words from the first on, such as `decisions create`; empty for the program. */
  readonly path: string;
  readonly name: string;
  readonly what: string;
  readonly flags: readonly Flag[];
  readonly argument: Taken;
  readonly children: readonly Node[];
}

const PATH = /[<[](?:.*\b)?(?:file|folder|target|path|directory|location|document|bundle)s?\b/i;

const flagsOf = (command: CommandUnknownOpts): Flag[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({
      names: [option.short, option.long].filter((one): one is string => one !== undefined && one !== null),
      what: option.description,
      takesValue: option.required || option.optional,
      values: option.argChoices ?? [],
      isPath: PATH.test(option.flags),
    }));

/** The commands below one, with their flags and values, in the order of its help. */
export const treeOf = (command: CommandUnknownOpts, path = ""): Node => {
  const choices = command.registeredArguments.flatMap((one) => one.argChoices ?? []);
  const named = command.registeredArguments.map((one) => `<${one.name()}>`).join(" ");
  return {
    path,
    name: command.name(),
    what: command.description(),
    flags: flagsOf(command),
    argument: { values: choices, isPath: PATH.test(named) },
    children: command
      .createHelp()
      .visibleCommands(command)
      .filter((child) => child.name() !== "help")
      .map((child) => treeOf(child, path === "" ? child.name() : `${path} ${child.name()}`)),
  };
};

/** A node and all below it. */
export const nodesOf = (node: Node): Node[] => [node, ...node.children.flatMap(nodesOf)];
