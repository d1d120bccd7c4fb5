// Signing on screen. Import from here.
export { SignForm, useSignButton } from "./SignForm.tsx";
export { SignPanel, type SignPanelProps } from "./SignPanel.tsx";
export { SignSheet } from "./SignSheet.tsx";
export { type Signing, type SignTarget, useSigning } from "./useSigning.ts";
export { WithdrawDialog } from "./WithdrawDialog.tsx";
export { hashWords, MEANING_WORDS, MEANINGS, roleWords } from "./words.ts";
