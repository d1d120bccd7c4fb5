// Colours and sizes of printed pages: the window's light theme. Owns: the values. One screen pixel is three quarters of a point.
export const COLOURS = {
  s2: "#FFFFFF",
  s1: "#F7F8FA",
  s3: "#EEF1F4",
  s4: "#E1E6EB",
  line: "#DADFE5",
  line2: "#B9C2CB",
  t1: "#11161B",
  t2: "#3B454F",
  t3: "#56616C",
  accent: "#084A9C",
  accentBg: "#E3EEFB",
  ok: "#0E6B3B",
  okBg: "#E3F4EA",
  okQuiet: "#3F8A62",
  fail: "#B3232A",
  failBg: "#FCE8E8",
  failLine: "#E5A3A5",
  warn: "#7E5200",
  warnBg: "#FBF0D9",
  warnLine: "#D9B872",
  reh: "#6F2AA8",
  rehBg: "#F4EAFC",
  rehSolid: "#7B35B5",
  prodChip: "#B3232A",
  staging: "#7A6000",
  sandbox: "#0B6B5E",
  local: "#4D5862",
} as const;
export type Colour = keyof typeof COLOURS;

/** Points: A4 upright, 15 mm at the sides, 17 mm below with the footer inside it. */
export const PAGE = { width: 595.28, height: 841.89, left: 42.5, right: 42.5, top: 45, bottom: 64 } as const;
export const CONTENT_WIDTH = PAGE.width - PAGE.left - PAGE.right;
/** Points; 9 is the smallest, as 12 px is on screen. */
export const SIZE = { small: 9, body: 10, heading2: 12, heading1: 16.5, title: 21, display: 25 } as const;
/** Line height of a size, as on screen (12/16, 14/20, 20/26). */
export const lineHeight = (size: number): number => Math.round(size * (size > 13 ? 1.27 : 1.38) * 4) / 4;
