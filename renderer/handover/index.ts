// A run goes from one operator to the next. Import from here.
export { HandoverDialog, HandoverWaits } from "./HandoverDialog.tsx";
