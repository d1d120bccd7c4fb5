// The run's half of the window. Import from here.
export { StartDialog } from "../start/index.ts";
export { RunView } from "./RunView.tsx";
