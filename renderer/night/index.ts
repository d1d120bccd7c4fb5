// A launch's night: plan, watch, and what is kept an eye on. Import from here.
export { NightView } from "./NightView.tsx";
export { QuickLog } from "./QuickLog.tsx";
