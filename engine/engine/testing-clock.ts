// Clocks and timers that a test drives: nothing passes until it says so. Owns: both clocks and the order in which timers fire.
// Commands in real shells still take real time, in which these clocks stand. Used by tests only.
import { type Ports, realPorts } from "../ports.ts";

export type DrivenClock = {
  ports: Ports;
  /** Milliseconds until the next timer is due; null where none is set. */
  next(): number | null;
  /** Lets `ms` pass, timers firing in their order on the way. `monoMs`: what the monotonic clock sees of it, where that is another. */
  pass(ms: number): Promise<void>;
  /** The wall clock is set, by so much; the monotonic one sees nothing. */
  setWall(byMs: number): void;
  /** The machine stands still: the monotonic clock counts it, timers that were due meanwhile fire only at its end. */
  sleep(ms: number): Promise<void>;
  /** The zone's offset changes, as at the begin or the end of summer time; UTC does not. */
  setOffset(minutes: number): void;
  /** The next start of the process: another monotonic clock, after `downMs` of wall time. */
  reboot(downMs: number): void;
};

export function drivenClock(start = Date.UTC(2026, 2, 29, 0, 30)): DrivenClock {
  const real = realPorts();
  let wall = start;
  let monoNs = 1_000_000_000n;
  let boot = 1;
  let offsetMinutes = 120;
  let timers: { at: bigint; callback: () => void }[] = [];
  const move = (ms: number) => {
    wall += ms;
    monoNs += BigInt(Math.round(ms * 1e6));
  };
  /** What a timer wakes goes on in promises, and may set the next one. */
  const settle = async () => {
    for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const earliest = () =>
    timers.reduce<(typeof timers)[number] | null>((first, one) => (first === null || one.at < first.at ? one : first), null);
  const fireDue = async () => {
    for (let due = earliest(); due !== null && due.at <= monoNs; due = earliest()) {
      timers = timers.filter((one) => one !== due);
      due.callback();
      await settle();
    }
  };
  return {
    ports: {
      ...real,
      clock: {
        now: () => wall,
        monotonicNs: () => monoNs,
        get boot() {
          return `boot-${boot}`;
        },
        zone: () => ({ name: "Europe/Bucharest", offsetMinutes }),
      },
      timers: {
        set(ms, callback) {
          const timer = { at: monoNs + BigInt(Math.round(Math.max(0, ms) * 1e6)), callback };
          timers.push(timer);
          return timer;
        },
        clear(timer) {
          timers = timers.filter((one) => one !== timer);
        },
      },
    },
    next: () => {
      const first = earliest();
      return first === null ? null : Number(first.at - monoNs) / 1e6;
    },
    async pass(ms) {
      const end = monoNs + BigInt(Math.round(ms * 1e6));
      for (let first = earliest(); first !== null && first.at <= end; first = earliest()) {
        move(Number(first.at - monoNs) / 1e6);
        await fireDue();
      }
      move(Number(end - monoNs) / 1e6);
    },
    setWall(byMs) {
      wall += byMs;
    },
    async sleep(ms) {
      move(ms);
      await fireDue();
    },
    setOffset(minutes) {
      offsetMinutes = minutes;
    },
    reboot(downMs) {
      wall += downMs;
      monoNs = 5_000_000_000n;
      boot += 1;
      timers = [];
    },
  };
}
