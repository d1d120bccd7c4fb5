// Buttons. `Button` for ordinary acts, `PrimaryButton` for the one act of a moment, `IconButton` where a word does not fit.
// Owns: their look and their names for a screen reader. Does not bind keys (renderer/app/keys.ts).
import type { ComponentProps, MouseEvent, ReactElement, ReactNode } from "react";
import { Kbd } from "./Kbd.tsx";
import { Tooltip } from "./Tooltip.tsx";

/**
 * Why this act is not to be had here, as a sentence; null where it is. The button stays in reach of keyboard and screen reader, looks
 * unavailable, says why on hover and focus, and does nothing.
 */
type Unavailable = { unavailable?: string | null | undefined };

function withReason(reason: string | null | undefined, button: ReactElement): ReactElement {
  return reason === null || reason === undefined ? button : <Tooltip text={reason}>{button}</Tooltip>;
}
const off = (reason: string | null | undefined) =>
  reason === null || reason === undefined ? {} : { "aria-disabled": true as const, onClick: (event: MouseEvent) => event.preventDefault() };

type ButtonProps = Unavailable &
  Omit<ComponentProps<"button">, "className"> & {
    kind?: "plain" | "ghost" | "accent" | "danger";
    small?: boolean;
    icon?: ReactNode;
    className?: string;
  };
export function Button({
  kind = "plain",
  small = false,
  icon,
  children,
  className = "",
  type = "button",
  unavailable,
  ...rest
}: ButtonProps) {
  return withReason(
    unavailable,
    <button
      type={type}
      className={`btn ${kind === "plain" ? "" : kind} ${small ? "small" : ""} ${className}`}
      {...rest}
      {...off(unavailable)}
    >
      {icon}
      {children}
    </button>,
  );
}

/** The one action of the moment: 48 high, 288 wide, with its key printed on it. */
export function PrimaryButton({
  hotkey,
  children,
  className = "",
  type = "button",
  unavailable,
  ...rest
}: Unavailable & Omit<ComponentProps<"button">, "className"> & { hotkey?: string; className?: string }) {
  return withReason(
    unavailable,
    <button type={type} className={`btn primary ${className}`} {...rest} {...off(unavailable)}>
      <span>{children}</span>
      {hotkey === undefined ? null : <Kbd combo={hotkey} />}
    </button>,
  );
}

/** Two-line button of the situation row (Hold, Way back). */
export function TwoLineButton({
  icon,
  title,
  detail,
  className = "",
  unavailable,
  ...rest
}: Unavailable &
  Omit<ComponentProps<"button">, "className" | "title"> & { icon: ReactNode; title: string; detail: ReactNode; className?: string }) {
  return withReason(
    unavailable,
    <button type="button" className={`btn two ${className}`} {...rest} {...off(unavailable)}>
      {icon}
      <span>
        {title}
        <small>{detail}</small>
      </span>
    </button>,
  );
}

/** `label` is both the name for a screen reader and the tooltip. */
export function IconButton({
  label,
  children,
  unavailable,
  ...rest
}: Unavailable & Omit<ComponentProps<"button">, "className"> & { label: string }) {
  return (
    <Tooltip text={unavailable ?? label}>
      <button type="button" className="icon-btn" aria-label={label} {...rest} {...off(unavailable)}>
        {children}
      </button>
    </Tooltip>
  );
}
