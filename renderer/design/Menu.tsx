// A menu behind a button. Items are data, so that keys, names and order are the same everywhere.
import { DropdownMenu as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";

export type MenuItem =
  | { kind?: "item"; id: string; label: string; hint?: string; icon?: ReactNode; disabled?: boolean; checked?: boolean; onSelect(): void }
  | { kind: "separator"; id: string }
  | { kind: "label"; id: string; label: string };

export function Menu({ trigger, items, align = "end" }: { trigger: ReactElement; items: MenuItem[]; align?: "start" | "end" }) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu" align={align} sideOffset={6} collisionPadding={8}>
          {items.map((item) => {
            if (item.kind === "separator") return <Radix.Separator key={item.id} className="menu-sep" />;
            if (item.kind === "label")
              return (
                <Radix.Label key={item.id} className="menu-label">
                  {item.label}
                </Radix.Label>
              );
            const words = (
              <span>
                {item.label}
                {item.hint === undefined ? null : <small>{item.hint}</small>}
              </span>
            );
            if (item.checked !== undefined)
              return (
                <Radix.CheckboxItem key={item.id} checked={item.checked} disabled={item.disabled ?? false} onSelect={item.onSelect}>
                  {item.icon}
                  {words}
                  <Radix.ItemIndicator>✓</Radix.ItemIndicator>
                </Radix.CheckboxItem>
              );
            return (
              <Radix.Item key={item.id} disabled={item.disabled ?? false} onSelect={item.onSelect}>
                {item.icon}
                {words}
              </Radix.Item>
            );
          })}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
