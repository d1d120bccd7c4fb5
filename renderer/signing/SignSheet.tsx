// The same in a sheet at the right, so that what is signed stays in view. Owns: the frame of the sheet.
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { IconButton } from "../design/index.ts";
import { SignPanel, type SignPanelProps } from "./SignPanel.tsx";
import { SUBJECT_WORDS } from "./words.ts";

export function SignSheet(props: SignPanelProps & { onClose(): void }) {
  return (
    <Radix.Root open modal={false} onOpenChange={(isOpen) => !isOpen && props.onClose()}>
      <Radix.Portal>
        <Radix.Content
          className="sheet right sign-sheet"
          aria-describedby={undefined}
          // What is signed stays in use beside it: a click there does not throw away what was typed.
          onInteractOutside={(event) => event.preventDefault()}
          // Read from its title on, not from the cross.
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
          }}
        >
          <Radix.Title className="visually-hidden">{props.title ?? SUBJECT_WORDS[props.subject.kind]}</Radix.Title>
          <div className="sign-close">
            <IconButton label="Close" onClick={props.onClose}>
              <X size={18} />
            </IconButton>
          </div>
          <SignPanel {...props} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
