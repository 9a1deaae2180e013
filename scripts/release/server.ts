import https from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { MOST_BODY } from "../../attestation/release/index.ts";
import type { TrustRoots } from "../../attestation/roots.ts";
import { REFUSED, type ReleaseService, type Reply } from "./service.ts";

/** Longest times in milliseconds, and most connections at once. */
const BOUNDS = { headers: 5_000, request: 10_000, idle: 5_000, connections: 128 };

/** A body of at most so many bytes; undefined for a larger one. @throws where it was broken off */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    // The rest is read and dropped, so that the answer arrives; the bound on time ends an endless one.
    if (size <= MOST_BODY) parts.push(part);
    else parts.length = 0;
  }
  return size > MOST_BODY ? undefined : Buffer.concat(parts).toString("utf8");
}

async function replyTo<Roots extends TrustRoots>(
  service: ReleaseService<Roots>,
  request: IncomingMessage,
): Promise<Reply> {
  const from = request.socket.remoteAddress ?? "unknown";
  if (!service.hears(from)) {
    request.resume();
    return REFUSED;
  }
  let body: string | undefined;
  try {
    body = await bodyOf(request);
  } catch {
    return service.broken(from, "it was broken off");
  }
  if (body === undefined) return service.broken(from, `it is larger than ${MOST_BODY} bytes`);
  if (request.method === "POST" && request.url === "/v1/challenge") return service.challenge(body, from);
  if (request.method === "POST" && request.url === "/v1/key") return service.claim(body, from);
  return service.broken(from, "another method or path than the two that there are");
}

function send(response: ServerResponse, { status, body }: Reply): void {
  const headers = {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
  };
  response.writeHead(status, headers).end(body);
}

/** The service by HTTPS: TLS 1.3 alone, bounded in size, time and number. It listens when the caller says where. */
export function releaseServer<Roots extends TrustRoots>(
  service: ReleaseService<Roots>,
  tls: { readonly key: string; readonly cert: string },
): https.Server {
  const options = { ...tls, minVersion: "TLSv1.3", maxHeaderSize: 4096 } as const;
  const server = https.createServer(options, (request, response) => {
    replyTo(service, request).then(
      (reply) => send(response, reply),
      () => send(response, REFUSED),
    );
  });
  // What is no HTTP or no TLS gets no words either.
  server.on("clientError", (_error, socket) => socket.destroy());
  server.maxConnections = BOUNDS.connections;
  server.headersTimeout = BOUNDS.headers;
  server.requestTimeout = BOUNDS.request;
  server.keepAliveTimeout = BOUNDS.idle;
  return server;
}
