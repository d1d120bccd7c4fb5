// The launch room's door: other rooms import from here only.
export type { AttemptOf, ChecksRequest, LaunchDeps, LaunchPeople, RunOutput } from "./deps.ts";
export { foldLaunch, readSignature } from "./fold.ts";
export { createLaunchService, type LaunchService } from "./service.ts";
export type { Signable } from "./signable.ts";
export type { LaunchFold } from "./state.ts";
export { viewOf } from "./view.ts";
