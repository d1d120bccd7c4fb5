// Starts the window: styles, the app's slice, the root. Owns nothing else.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./design/fonts.css";
import "./design/tokens.css";
import "./design/base.css";
import "./design/controls.css";
import "./design/panels.css";
import "./design/overlays.css";
import "./design/prose.css";
import "./design/forced-colors.css";
import { App } from "./app/App.tsx";
import { startApp } from "./app/store.ts";
import { adoptStyles } from "./design/adoptStyles.ts";
import { TooltipProvider } from "./design/index.ts";

adoptStyles();
startApp();
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root: the window's files are not from one build");
createRoot(root).render(
  <StrictMode>
    <TooltipProvider delayDuration={400}>
      <App />
    </TooltipProvider>
  </StrictMode>,
);
