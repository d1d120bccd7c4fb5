// Rehearsals that move to another machine and come from one. Owns: the public names of this folder.
export { PackButton } from "./PackButton.tsx";
export { UnpackDialog } from "./UnpackDialog.tsx";
