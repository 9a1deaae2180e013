import { describe, expect, it } from "vitest";
import { arrived, leaked, readCapture, replied, seen, type Capture } from "../../../scripts/proof/capture.ts";

const bench = { mac: "fa:16:3e:00:00:01", ipv4: "10.8.1.5", ipv6: "fd00:8::5" };
const stranger = { mac: "fa:16:3e:00:00:02", ipv4: "10.8.2.5", ipv6: "fd00:9::5" };
const frame = (mac: string, port?: number) => ({ mac, kind: "ipv4", ...(port === undefined ? {} : { port }) });
const capture: Capture = {
  accepted: [{ port: 22, from: bench.ipv4 }],
  frames: [frame(bench.mac, 22), frame(bench.mac, 22), frame(bench.mac), frame(stranger.mac)],
};

describe("what a listener saw (C4H-2)", () => {
  it("counts frames of one sender to one port", () => {
    expect(seen(capture, bench.mac, 22)).toBe(2);
    expect(seen(capture, bench.mac, 23)).toBe(0);
    expect(seen(capture, stranger.mac, 22)).toBe(0);
  });

  it("takes a flow for open only with frames and a connection, by either address", () => {
    expect(arrived(capture, bench, 22)).toEqual({ ok: true, says: "2 frames to port 22, 1 connections" });
    const six = { ...capture, accepted: [{ port: 22, from: bench.ipv6 }] };
    expect(arrived(six, bench, 22).ok).toBe(true);
    expect(arrived({ ...capture, accepted: [] }, bench, 22).ok).toBe(false);
    expect(arrived({ ...capture, frames: [] }, bench, 22)).toEqual({ ok: false, says: "0 frames to port 22" });
    expect(arrived({ ...capture, accepted: [{ port: 22, from: stranger.ipv4 }] }, bench, 22).ok).toBe(false);
    expect(arrived({ ...capture, accepted: [{ port: 23, from: bench.ipv4 }] }, bench, 22).ok).toBe(false);
  });

  it("takes one frame of a stranger for a leak, though no connection came of it", () => {
    expect(leaked(capture, stranger, 22)).toEqual({ ok: false, says: "0 frames to port 22" });
    const half = { ...capture, frames: [...capture.frames, frame(stranger.mac, 22)] };
    expect(leaked(half, stranger, 22)).toEqual({ ok: true, says: "1 frames to port 22, 0 connections" });
    expect(arrived(half, stranger, 22).ok).toBe(false);
  });

  it("knows replies by their sender", () => {
    expect(replied(capture, bench)).toEqual({ ok: true, says: "3 frames of replies" });
    expect(replied({ ...capture, frames: [] }, bench).ok).toBe(false);
  });
});

describe("what a listener prints", () => {
  it("is on its last line", () => expect(readCapture(`ready\n${JSON.stringify(capture)}\n`)).toEqual(capture));

  it.each(["", "ready", "ready\n", "{}", '{"accepted": []}', "Traceback: no such device"])(
    "is never taken for an empty capture where it died: %j",
    (printed) => expect(() => readCapture(printed)).toThrow(/without telling what it saw/),
  );
});
