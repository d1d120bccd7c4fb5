// The go / no-go board. Import from here.
export { DecisionView } from "./DecisionView.tsx";
