// Buttons. `Button` for ordinary acts, `PrimaryButton` for the one act of a moment, `IconButton` where a word does not fit.
// Owns: their look and their names for a screen reader. Does not bind keys (renderer/app/keys.ts).
import type { ComponentProps, ReactNode } from "react";
import { Kbd } from "./Kbd.tsx";
import { Tooltip } from "./Tooltip.tsx";

type ButtonProps = Omit<ComponentProps<"button">, "className"> & {
  kind?: "plain" | "ghost" | "accent" | "danger";
  small?: boolean;
  icon?: ReactNode;
  className?: string;
};
export function Button({ kind = "plain", small = false, icon, children, className = "", type = "button", ...rest }: ButtonProps) {
  return (
    <button type={type} className={`btn ${kind === "plain" ? "" : kind} ${small ? "small" : ""} ${className}`} {...rest}>
      {icon}
      {children}
    </button>
  );
}

/** The one action of the moment: 48 high, 288 wide, with its key printed on it. */
export function PrimaryButton({
  hotkey,
  children,
  className = "",
  type = "button",
  ...rest
}: Omit<ComponentProps<"button">, "className"> & { hotkey?: string; className?: string }) {
  return (
    <button type={type} className={`btn primary ${className}`} {...rest}>
      <span>{children}</span>
      {hotkey === undefined ? null : <Kbd combo={hotkey} />}
    </button>
  );
}

/** Two-line button of the situation row (Hold, Way back). */
export function TwoLineButton({
  icon,
  title,
  detail,
  className = "",
  ...rest
}: Omit<ComponentProps<"button">, "className" | "title"> & { icon: ReactNode; title: string; detail: string; className?: string }) {
  return (
    <button type="button" className={`btn two ${className}`} {...rest}>
      {icon}
      <span>
        {title}
        <small>{detail}</small>
      </span>
    </button>
  );
}

/** `label` is both the name for a screen reader and the tooltip. */
export function IconButton({ label, children, ...rest }: Omit<ComponentProps<"button">, "className"> & { label: string }) {
  return (
    <Tooltip text={label}>
      <button type="button" className="icon-btn" aria-label={label} {...rest}>
        {children}
      </button>
    </Tooltip>
  );
}
