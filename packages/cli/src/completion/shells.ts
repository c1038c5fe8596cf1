import { type Flag, type Node, nodesOf, type Taken } from "./tree.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** In single quotes for bash and zsh. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const namesOf = (flags: readonly Flag[]): string[] => flags.flatMap(({ names }) => names);
const wordsOf = (node: Node): string[] => [
  ...node.children.map(({ name }) => name),
  ...node.argument.values,
  ...namesOf(node.flags),
];

/** How bash and zsh find the command that is being written: the words that are commands, one after the other. */
const WALK = (from: string, to: string): string => `  local at="" skip="" word
  for word in "\${${from}}"; do
    if [[ $word == "=" ]]; then continue; fi
    if [[ -n $skip ]]; then skip=""; continue; fi
    case "$at|$word" in
${to}
    esac
  done`;

const stepsOf = (root: Node): string =>
  nodesOf(root)
    .flatMap((node) => [
      ...node.children.map((child) => `      ${quoted(`${node.path}|${child.name}`)}) at=${quoted(child.path)} ;;`),
      ...node.flags
        .filter(({ takesValue }) => takesValue)
        .flatMap(({ names }) => names.map((name) => `      ${quoted(`${node.path}|${name}`)}) skip=1 ;;`)),
    ])
    .join("\n");

const valued = (root: Node): { key: string; taken: Taken }[] =>
  nodesOf(root).flatMap(({ path, flags }) =>
    flags
      .filter(({ takesValue }) => takesValue)
      .flatMap((flag) => flag.names.map((name) => ({ key: `${path}|${name}`, taken: flag }))),
  );

const bashOf = (root: Node): string => {
  const values = valued(root).map(({ key, taken }) =>
    taken.isPath
      ? `    ${quoted(key)}) COMPREPLY=($(compgen -f -- "$cur")); compopt -o filenames 2>/dev/null; return ;;`
      : `    ${quoted(key)}) COMPREPLY=($(compgen -W ${quoted(taken.values.join(" "))} -- "$cur")); return ;;`,
  );
  const words = nodesOf(root).map(
    (node) =>
      `    ${quoted(node.path)}) words=${quoted(wordsOf(node).join(" "))}; files=${node.argument.isPath ? "1" : '""'} ;;`,
  );
  return `# zerotrace completion bash: put this into ~/.local/share/bash-completion/completions/zerotrace
_zerotrace() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" words="" files=""
  # --flag=value comes as three words
  if [[ $cur == "=" ]]; then cur=""; elif [[ $prev == "=" ]]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
${WALK("COMP_WORDS[@]:1:COMP_CWORD-1", stepsOf(root))}
  COMPREPLY=()
  case "$at|$prev" in
${values.join("\n")}
  esac
  case "$at" in
${words.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if [[ -n $files && $cur != -* ]]; then
    COMPREPLY+=($(compgen -f -- "$cur"))
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _zerotrace zerotrace
`;
};

const described = (name: string, what: string): string => quoted(`${name.replaceAll(":", "\\:")}:${what}`);

const zshOf = (root: Node): string => {
  const values = valued(root).map(({ key, taken }) =>
    taken.isPath
      ? `    ${quoted(key)}) _files; return ;;`
      : `    ${quoted(key)}) compadd -- ${taken.values.map(quoted).join(" ")}; return ;;`,
  );
  const words = nodesOf(root).map((node) => {
    const commands = node.children.map(({ name, what }) => described(name, what));
    const given = node.argument.values.map((value) => described(value, ""));
    const flags = node.flags.flatMap(({ names, what }) => names.map((name) => described(name, what)));
    return `    ${quoted(node.path)}) offered=(${[...commands, ...given, ...flags].join(" ")}); files=${node.argument.isPath ? "1" : '""'} ;;`;
  });
  return `#compdef zerotrace
# zerotrace completion zsh: put this as _zerotrace into a folder of $fpath
_zerotrace() {
  local cur="\${words[CURRENT]}" prev="\${words[CURRENT-1]}" files=""
  # --flag=value comes as one word
  if [[ $cur == --*=* ]]; then prev="\${cur%%=*}"; compset -P '*='; fi
  local -a given; given=("\${(@)words[2,CURRENT-1]}")
${WALK("given[@]", stepsOf(root))}
  local -a offered
  case "$at|$prev" in
${values.join("\n")}
  esac
  case "$at" in
${words.join("\n")}
  esac
  _describe 'zerotrace' offered
  if [[ -n $files && $cur != -* ]]; then _files; fi
}
# zsh runs this file as the function itself the first time; read by source or eval it is only made known
if [[ "$funcstack[1]" == _zerotrace ]]; then _zerotrace "$@"; else compdef _zerotrace zerotrace; fi
`;
};

/** In single quotes for fish, which knows two escapes within them. */
const fishQuoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

const fishFlag = (path: string, { names, what, takesValue, values, isPath }: Flag): string => {
  const parts = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const given = values.length > 0 ? ` -a ${fishQuoted(values.join(" "))}` : "";
  const taken = takesValue ? `${isPath ? " -r -F" : " -x"}${given}` : " -f";
  return `complete -c zerotrace -n ${fishQuoted(`__zerotrace_at ${fishQuoted(path)}`)} ${parts.join(" ")}${taken} -d ${fishQuoted(what)}`;
};

const fishOf = (root: Node): string => {
  const steps = [
    ...nodesOf(root).flatMap((node) =>
      node.children.map(
        (child) => `      case ${fishQuoted(`${node.path}|${child.name}`)}\n        set at ${fishQuoted(child.path)}`,
      ),
    ),
    ...valued(root).map(({ key }) => `      case ${fishQuoted(key)}\n        set skip 1`),
  ];
  const lines = nodesOf(root).flatMap((node) => {
    const here = fishQuoted(`__zerotrace_at ${fishQuoted(node.path)}`);
    return [
      ...(node.argument.isPath ? [`complete -c zerotrace -n ${here} -F`] : []),
      ...node.children.map(
        (child) => `complete -c zerotrace -n ${here} -f -a ${fishQuoted(child.name)} -d ${fishQuoted(child.what)}`,
      ),
      ...node.argument.values.map((value) => `complete -c zerotrace -n ${here} -f -a ${fishQuoted(value)}`),
      ...node.flags.map((flag) => fishFlag(node.path, flag)),
    ];
  });
  return `# zerotrace completion fish: put this into ~/.config/fish/completions/zerotrace.fish
function __zerotrace_at
  set -l at ''
  set -l skip ''
  set -l given (commandline -opc)
  set -e given[1]
  for word in $given
    if test -n "$skip"
      set skip ''
      continue
    end
    switch "$at|$word"
${steps.join("\n")}
    end
  end
  test "$at" = "$argv[1]"
end
complete -c zerotrace -f
${lines.join("\n")}
`;
};

const WRITERS: Readonly<Record<Shell, (root: Node) => string>> = { bash: bashOf, zsh: zshOf, fish: fishOf };

/** The script that completes a program's commands, flags and values in a shell. */
export const scriptFor = (shell: Shell, root: Node): string => WRITERS[shell](root);
