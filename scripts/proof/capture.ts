import type { Outcome } from "./proof.ts";

/** What a listener saw. */
export interface Capture {
  readonly accepted: readonly { readonly port: number; readonly from: string }[];
  readonly frames: readonly {
    readonly mac: string;
    readonly kind: string;
    readonly source?: string;
    readonly port?: number;
  }[];
}

/** Who sent: the interface that stands for a machine. */
interface Sender {
  readonly mac: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

/**
 * What the listener prints at its end, on its last line.
 * @throws Error where it printed none: a listener that died has not seen "nothing"
 */
export function readCapture(printed: string): Capture {
  const last = printed.trimEnd().split("\n").at(-1) ?? "";
  const capture = (last.startsWith("{") ? JSON.parse(last) : {}) as Partial<Capture>;
  if (!Array.isArray(capture.accepted) || !Array.isArray(capture.frames))
    throw new Error("the listener ended without telling what it saw");
  return capture as Capture;
}

/** How many frames of a sender to a port arrived at the listener. */
export const seen = (capture: Capture, mac: string, port: number): number =>
  capture.frames.filter((frame) => frame.mac === mac && frame.port === port).length;

/** How many frames of a sender arrived at all: replies go to ports that nobody knows before. */
export const framesOf = (capture: Capture, mac: string): number =>
  capture.frames.filter((frame) => frame.mac === mac).length;

/** Frames of a sender that arrived at the listener's port, and the connections made: allowed and refused in one capture. */
export function arrived(capture: Capture, from: Sender, port: number): Outcome {
  const frames = seen(capture, from.mac, port);
  const accepted = capture.accepted.filter(
    ({ port: at, from: source }) => at === port && (source === from.ipv4 || source === from.ipv6),
  ).length;
  return {
    ok: frames > 0 && accepted > 0,
    says: frames === 0 ? `0 frames to port ${port}` : `${frames} frames to port ${port}, ${accepted} connections`,
  };
}

/** The same for who must not be heard at all: one frame is one too many, whether or not a connection came of it. */
export function leaked(capture: Capture, from: Sender, port: number): Outcome {
  return { ...arrived(capture, from, port), ok: seen(capture, from.mac, port) > 0 };
}

/** Replies of a side to a connection that was made to it. */
export function replied(capture: Capture, from: Sender): Outcome {
  const frames = framesOf(capture, from.mac);
  return { ok: frames > 0, says: `${frames} frames of replies` };
}
