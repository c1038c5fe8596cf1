import { useEffect, useEffectEvent, useState } from "react";

/** Takes files that are dropped anywhere on the page; answers whether some are held over it. */
export const useDrop = (isReady: boolean, add: (files: readonly File[]) => Promise<void>): boolean => {
  const [isOver, setOver] = useState(false);
  const hear = useEffectEvent((event: DragEvent) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    setOver(event.type === "dragover");
    if (event.type === "drop" && isReady) void add([...event.dataTransfer.files]);
  });
  useEffect(() => {
    const listen = (event: DragEvent): void => hear(event);
    const kinds = ["dragover", "dragleave", "drop"] as const;
    for (const kind of kinds) window.addEventListener(kind, listen);
    return () => {
      for (const kind of kinds) window.removeEventListener(kind, listen);
    };
  }, []);
  return isOver;
};
