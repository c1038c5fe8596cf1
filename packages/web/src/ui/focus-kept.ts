import { useEffect } from "react";

/** The element and all that it stands in, from within. */
const within = (element: Element): Element[] => {
  const path: Element[] = [];
  for (let one: Element | null = element; one !== null; one = one.parentElement) path.push(one);
  return path;
};

/** Takes the focus as the place that is read; a place that is no control is never a stop of the Tab key. */
const stand = (place: HTMLElement): void => {
  if (place.tabIndex < 0 && !place.hasAttribute("tabindex")) place.setAttribute("tabindex", "-1");
  place.focus({ preventScroll: true });
};

/**
 * Keeps the focus where it was when what had it goes away, as a button does that its own act made needless: the nearest that
 * still stands around it takes it. A dialog that ends over a page that has changed leaves the focus on that page.
 */
export const useFocusKept = (): void => {
  useEffect(() => {
    let path: Element[] = [];
    const hold = ({ target }: FocusEvent) => {
      if (target instanceof Element) path = within(target);
    };
    const look = new MutationObserver(() => {
      if (path[0] === undefined || path[0].isConnected || document.activeElement !== document.body) return;
      const main = document.querySelector<HTMLElement>("main");
      const nearest = path.find((one) => one.isConnected && main?.contains(one));
      const place = nearest instanceof HTMLElement ? nearest : main;
      if (place) stand(place);
    });
    document.addEventListener("focusin", hold);
    look.observe(document.body, { childList: true, subtree: true });
    return () => {
      document.removeEventListener("focusin", hold);
      look.disconnect();
    };
  }, []);
};
