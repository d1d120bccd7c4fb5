// Dialogs and sheets. They leave band, situation and record bar uncovered (LOOK-TOKENS), and keep focus inside.
// Owns: frame, title, close. Does not own what is asked in them.
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { IconButton } from "./Button.tsx";

type Props = {
  title: string;
  description?: ReactNode;
  open: boolean;
  onClose(): void;
  footer?: ReactNode;
  children?: ReactNode;
  /** Must be answered: no close button, and neither Esc nor a click beside it closes. */
  isRequired?: boolean;
  /** It is about a rehearsal: what is blue elsewhere is violet in it. */
  isRehearsal?: boolean;
};

/** A click on band, situation or record bar does not close: they stay in use beside a dialog. */
const inFrame = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(".frame-band, .frame-situation, .frame-alarm, .frame-record") !== null;

/** The first thing to fill in or to press, not the cross; else the dialog itself, so that it is read from its title. */
function beginInBody(event: Event): void {
  const dialog = event.currentTarget;
  event.preventDefault();
  if (!(dialog instanceof HTMLElement) || dialog.contains(document.activeElement)) return; // a field asked for it already
  const fields = "input:not([type=hidden], [tabindex='-1']):not(:disabled), textarea:not(:disabled), select:not(:disabled)";
  const chosen = dialog.querySelector<HTMLElement>(".dialog-body input[type=radio]:checked:not(:disabled)");
  const first =
    chosen ??
    dialog.querySelector<HTMLElement>(`.dialog-body :is(${fields})`) ??
    dialog.querySelector<HTMLElement>(".dialog-foot .btn.accent:not(:disabled), .dialog-foot .btn.primary:not(:disabled)");
  (first ?? dialog).focus();
}

function Body({
  className,
  title,
  description,
  onClose,
  footer,
  children,
  isRequired = false,
  isRehearsal = false,
}: Props & { className: string }) {
  return (
    <Radix.Portal>
      <Radix.Overlay className="scrim" />
      <Radix.Content
        className={className}
        {...(isRehearsal ? { "data-mode": "rehearsal" } : {})}
        {...(description === undefined ? { "aria-describedby": undefined } : {})}
        onOpenAutoFocus={beginInBody}
        onEscapeKeyDown={(event) => isRequired && event.preventDefault()}
        onInteractOutside={(event) => (isRequired || inFrame(event.target)) && event.preventDefault()}
      >
        <div className="dialog-head">
          <div className="grow">
            <Radix.Title>{title}</Radix.Title>
            {description === undefined ? null : (
              <Radix.Description asChild>
                <div className="mid">{description}</div>
              </Radix.Description>
            )}
          </div>
          {isRequired ? null : (
            <IconButton label="Close" onClick={onClose}>
              <X size={18} />
            </IconButton>
          )}
        </div>
        <div className="dialog-body">{children}</div>
        {footer === undefined ? null : <div className="dialog-foot">{footer}</div>}
      </Radix.Content>
    </Radix.Portal>
  );
}

export function Dialog({ wide = false, ...props }: Props & { wide?: boolean }) {
  return (
    <Radix.Root open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Body className={`dialog ${wide ? "wide" : ""}`} {...props} />
    </Radix.Root>
  );
}
/** At the right, so that what is signed or started stays in view; `left` is the outline's drawer. */
export function Sheet({ side = "right", ...props }: Props & { side?: "right" | "left" }) {
  return (
    <Radix.Root open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Body className={`sheet ${side}`} {...props} />
    </Radix.Root>
  );
}
