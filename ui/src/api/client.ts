import type { ApiRequest } from "../logic/curl.ts";

/// A request that was not answered with what was asked for. `status` is 0 when the server could not be reached.
export class ApiError extends Error {
  constructor(
    readonly request: ApiRequest,
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfterSeconds: number | null,
  ) {
    super(message);
  }
}

/// Sends one request to this page's own server. Throws ApiError; an aborted request throws the browser's AbortError.
export async function send<T>(request: ApiRequest, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(request.path, {
      ...(request.body === null ? { method: "GET" } : { method: "POST", body: JSON.stringify(request.body) }),
      headers: {
        accept: "*/*; allow-utf8-labelnames=true",
        ...(request.body === null ? {} : { "content-type": "application/json" }),
      },
      signal: signal ?? null,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(request, 0, "unreachable", "The server cannot be reached.", null);
  }
  const text = await response.text();
  if (!response.ok) throw readError(request, response, text);
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new ApiError(
      request,
      response.status,
      "not_json",
      "The answer is not JSON; is another server on this port?",
      null,
    );
  }
}

function readError(request: ApiRequest, response: Response, text: string): ApiError {
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  const seconds = Number.isFinite(retryAfter) ? retryAfter : null;
  try {
    const { code, message } = JSON.parse(text) as { code?: string; message?: string };
    return new ApiError(request, response.status, code ?? "unknown", message ?? response.statusText, seconds);
  } catch {
    return new ApiError(
      request,
      response.status,
      "unknown",
      text.slice(0, 500) || response.statusText,
      seconds,
    );
  }
}
