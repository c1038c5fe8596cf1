import "./browser-safe.ts";
import "./theme/tokens.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createQueryClient } from "./api.ts";
import { LiveContext } from "./live-context.ts";
import { LiveStream } from "./live.ts";
import { createPages } from "./router.tsx";
import { applyTheme, storedTheme } from "./theme/theme.ts";

applyTheme(storedTheme());

const client = createQueryClient();
const router = createPages(client);
const live = new LiveStream(client);
const root = document.querySelector("#root");

// the page's code and data are asked for before anything is drawn
void router.load();

if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <LiveContext value={live}>
          <RouterProvider router={router} />
        </LiveContext>
      </QueryClientProvider>
    </StrictMode>,
  );
}
