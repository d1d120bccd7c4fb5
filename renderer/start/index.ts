// Starting a run. Import from here.
export { StartDialog } from "./StartDialog.tsx";
