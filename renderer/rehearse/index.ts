// The Rehearse page and the trend: what other features of the window use of it.
export { RehearseView } from "./RehearseView.tsx";
export { TrendChart } from "./TrendChart.tsx";
