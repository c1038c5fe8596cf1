import { useCallback, useEffect, useRef, useState } from "react";
import { say } from "./texts.ts";

const SAID_MS = 1500;

/** Copies text; also where the page is not served securely and the browser offers no clipboard. False when refused. */
const copyText = async (text: string): Promise<boolean> => {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Refused by the browser: the old way below may still work.
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("readonly", "");
  area.className = "sr-only";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
};

/** Where readers of the screen hear of it: one place for all that copies. */
const heard = document.createElement("output");
heard.className = "sr-only";
document.body.append(heard);

/** A function that copies, and whether it just did. */
export const useCopy = (text: string): readonly [copied: boolean, copy: () => void] => {
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = useCallback(() => {
    const run = async () => {
      if (!(await copyText(text))) return;
      setCopied(true);
      heard.textContent = say("Copied");
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        setCopied(false);
        heard.textContent = "";
      }, SAID_MS);
    };
    void run();
  }, [text]);
  return [copied, copy];
};
