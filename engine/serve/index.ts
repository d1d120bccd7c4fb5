// The doors of a running engine: the local web host for windows, the private socket for commands.
// Owns: transport and who gets in. Does not know what a run, a step or a record is.
export { createAdmission, createLimiter } from "./admission.ts";
export { callEngine, parseEnvelope } from "./calls.ts";
export { hostPort, isLoopback } from "./guard.ts";
export { HOST_LIMITS, type HostLimits, type HostOptions, type LocalHost, startLocalHost } from "./host.ts";
export { privateAddress } from "./private-address.ts";
export { connectToRunning, type RunningEngine } from "./private-client.ts";
export { type Greeting, LINK_METHOD, openPrivateDoor, type PrivateDoor, type PrivateDoorOptions } from "./private-door.ts";
