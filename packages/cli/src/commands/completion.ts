import { Argument, type Command } from "@commander-js/extra-typings";
import type { Cli } from "../cli.ts";
import { scriptFor, SHELLS } from "../completion/shells.ts";
import { treeOf } from "../completion/tree.ts";

/** `zerotrace completion`: a script that completes commands, flags and values. */
export const register = (program: Command, cli: Cli): void => {
  program
    .command("completion")
    .description("print a script that completes commands, flags and values in your shell")
    .addArgument(new Argument("<shell>", "whose script").choices(SHELLS))
    .addHelpText(
      "after",
      `
bash: zerotrace completion bash > ~/.local/share/bash-completion/completions/zerotrace
zsh:  zerotrace completion zsh > "\${fpath[1]}/_zerotrace"
fish: zerotrace completion fish > ~/.config/fish/completions/zerotrace.fish`,
    )
    .action(async (shell) => {
      // every command is wanted, not this one alone
      const { programOf } = await import("../run.ts");
      cli.out.write(scriptFor(shell, treeOf(await programOf(cli))));
    });
};
