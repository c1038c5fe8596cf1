import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import * as common from "@zxcvbn-ts/language-common";
import * as english from "@zxcvbn-ts/language-en";
import { parentPort } from "node:worker_threads";

const judge = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...english.dictionary },
  graphs: common.adjacencyGraphs,
  translations: english.translations,
});

parentPort?.on("message", ({ password, words }: { password: string; words: string[] }) => {
  const { score, feedback } = judge.check(password, words);
  parentPort?.postMessage({ score, warning: feedback.warning ?? "", suggestions: feedback.suggestions });
});
