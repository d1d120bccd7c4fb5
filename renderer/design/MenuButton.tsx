// A button that opens a menu upwards from an action bar. Owns: that nothing opens where the acts are not to be had.
import { ChevronUp } from "lucide-react";
import { Button } from "./Button.tsx";
import { Menu, type MenuItem } from "./Menu.tsx";

export function MenuButton({
  label,
  items,
  unavailable = null,
  disabled = false,
}: {
  label: string;
  items: MenuItem[];
  /** Why none of the acts is to be had here; null where they are. */
  unavailable?: string | null;
  disabled?: boolean;
}) {
  const button = (
    <Button icon={<ChevronUp size={16} />} disabled={disabled} unavailable={unavailable}>
      {label}
    </Button>
  );
  // A menu opens on pointer down, before the button could refuse the click.
  return unavailable === null ? <Menu items={items} trigger={button} /> : button;
}
