// Sound and system notification for an alarm, as far as the settings and the host allow.
// Owns: the sound and when a notification is worth it. Does not decide what is an alarm.
import type { Settings } from "../../engine/protocol/index.ts";

/** Two short tones, falling for a failure, level for a warning, rising for what ended well; hertz and seconds. Quiet enough for a room with others. */
const TONES = { fail: [660, 440], warn: [520, 520], info: [520, 780] } as const;
const TONE_S = 0.16;
const GAP_S = 0.06;
const LOUDNESS = 0.12;

let audio: AudioContext | null = null;
export function cryOut(
  alarm: { severity: keyof typeof TONES; title: string; detail: string },
  settings: Pick<Settings, "sound" | "notifications">,
): void {
  if (settings.sound) play(alarm.severity);
  // Who looks at the window sees the alarm bar; a notification is for whom it would escape.
  if (!settings.notifications || document.visibilityState === "visible") return;
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const note = new Notification(alarm.title, { body: alarm.detail, tag: "holdpoint-alarm", requireInteraction: alarm.severity === "fail" });
  note.onclick = () => {
    window.focus();
    note.close();
  };
}

function play(severity: keyof typeof TONES): void {
  try {
    audio ??= new AudioContext();
    // A browser keeps a window silent until somebody has touched it; then there is no sound, and the bar must do.
    void audio.resume();
    const start = audio.currentTime;
    for (const [index, frequency] of TONES[severity].entries()) {
      const from = start + index * (TONE_S + GAP_S);
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0, from);
      volume.gain.linearRampToValueAtTime(LOUDNESS, from + 0.02);
      volume.gain.linearRampToValueAtTime(0, from + TONE_S);
      tone.connect(volume).connect(audio.destination);
      tone.start(from);
      tone.stop(from + TONE_S);
    }
  } catch {
    // no sound device: the bar and the words are there
  }
}
