// One set of components for the whole window. Import from here.
export * from "./Button.tsx";
export * from "./ClassGlyph.tsx";
export * from "./Dialog.tsx";
export * from "./Field.tsx";
export * from "./format.ts";
export * from "./HoldLine.tsx";
export * from "./Kbd.tsx";
export * from "./Menu.tsx";
export * from "./Panel.tsx";
export * from "./run-status.ts";
export * from "./SafeHtml.tsx";
export * from "./Status.tsx";
export * from "./Tabs.tsx";
export * from "./Tooltip.tsx";
export * from "./useNow.ts";
export * from "./VirtualList.tsx";
export * from "./Visible.tsx";
