import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import { demoSeries } from "./demo.ts";
import { Querier, Refusal } from "./querier.ts";

/// The real server's policy, so that a page that breaks it breaks here first.
const CONTENT_POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self'";
const HISTORY_MILLIS = 3 * 3_600_000;

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/// A server with drawn profiles for development and browser tests. It has the query routes, the status route and the
/// static files of a built page. An empty one has nothing until something is posted to `/ingest`.
export function fixtureServer(options: { dist: string; empty: boolean }): Server {
  const startMillis = Date.now();
  let lastRejected: object | null = options.empty
    ? {
        timeMillis: String(startMillis),
        path: "/ingest",
        status: 422,
        code: "MALFORMED_PROFILE",
        message: "pprof: byte 0: field 0 (expected: a field number of at least 1)",
        client: "pyroscope-rs/0.5.7",
      }
    : null;
  let querier = new Querier(options.empty ? [] : demoSeries(), startMillis - HISTORY_MILLIS, Date.now);
  let stored = options.empty ? 0 : 1;

  return createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    try {
      if (path.startsWith("/querier.v1.QuerierService/")) {
        const body = JSON.parse((await readBody(request)) || "{}");
        return sendJson(response, 200, querier.answer(path.slice(path.lastIndexOf("/") + 1), body));
      }
      if (path === "/api/v1/status") {
        return sendJson(response, 200, {
          version: "fixture",
          ready: true,
          profilesStored: String(stored),
          lastRejected,
        });
      }
      if (path === "/ingest") {
        await readBody(request);
        querier = new Querier(demoSeries(), startMillis - HISTORY_MILLIS, Date.now);
        stored = 1;
        lastRejected = null;
        return sendJson(response, 200, {});
      }
      sendFile(response, options.dist, path);
    } catch (error) {
      if (error instanceof Refusal)
        return sendJson(response, error.status, { code: error.code, message: error.message });
      sendJson(response, 500, { code: "internal", message: (error as Error).message });
    }
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

function sendJson(response: ServerResponse, status: number, answer: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(answer));
}

function sendFile(response: ServerResponse, dist: string, path: string): void {
  const wanted = join(dist, normalize(path));
  const found = existsSync(wanted) && statSync(wanted).isFile();
  if (!found && path.startsWith("/assets/")) {
    response.writeHead(404).end();
    return;
  }
  const file = found ? wanted : join(dist, "index.html");
  response.writeHead(200, {
    "content-type": types[extname(file)] ?? "application/octet-stream",
    "content-security-policy": CONTENT_POLICY,
    "cache-control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
  });
  response.end(readFileSync(file));
}
