// Tabs over one area. Panels that are not shown stay mounted on request (a terminal must not lose its screen).
import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

export type Tab = { id: string; label: ReactNode; content: ReactNode; keepMounted?: boolean };
export function Tabs({
  tabs,
  value,
  onChange,
  label,
  end,
}: {
  tabs: Tab[];
  value: string;
  onChange(id: string): void;
  label: string;
  end?: ReactNode;
}) {
  return (
    <Radix.Root className="tabs" value={value} onValueChange={onChange}>
      <Radix.List className="tabs-list" aria-label={label}>
        {tabs.map((tab) => (
          <Radix.Trigger key={tab.id} value={tab.id}>
            {tab.label}
          </Radix.Trigger>
        ))}
        {end}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content
          key={tab.id}
          value={tab.id}
          className="tabs-panel"
          hidden={tab.id !== value}
          {...(tab.keepMounted ? { forceMount: true as const } : {})}
        >
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
