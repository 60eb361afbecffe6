import { type Signal, signal } from "@preact/signals";
import type { ApiRequest } from "../logic/curl.ts";
import { ApiError, send } from "./client.ts";

/// One answer and how it is coming. `data` stays while newer data loads, so that a page never goes blank.
export interface ResourceState<T> {
  readonly status: "idle" | "loading" | "ready" | "failed";
  readonly data: T | null;
  readonly request: ApiRequest | null;
  readonly error: ApiError | null;
}

const FIRST_RETRY_MILLIS = 2000;
const LAST_RETRY_MILLIS = 30_000;

/// Asks for one thing at a time: a newer question aborts the older one. While the server cannot be reached it asks
/// again after 2, 4, 8 … 30 s.
export class Resource<T> {
  readonly state: Signal<ResourceState<T>> = signal({
    status: "idle",
    data: null,
    request: null,
    error: null,
  });
  private running: AbortController | null = null;
  private retryTimer = 0;
  private retryMillis = FIRST_RETRY_MILLIS;
  private ask: (() => void) | null = null;

  /// Sends the request and keeps `read(answer)`. What `read` throws is shown as the request's error.
  load<W>(request: ApiRequest, read: (answer: W) => T): void {
    this.retryMillis = FIRST_RETRY_MILLIS;
    this.ask = () => void this.run(request, read);
    this.ask();
  }

  retry(): void {
    this.ask?.();
  }

  /// Stops waiting; what was shown before stays.
  cancel(): void {
    this.running?.abort();
    clearTimeout(this.retryTimer);
    const before = this.state.peek();
    if (before.status === "loading") this.state.value = { ...before, status: before.data ? "ready" : "idle" };
  }

  /// Forgets everything, as when the question no longer exists.
  clear(): void {
    this.running?.abort();
    clearTimeout(this.retryTimer);
    this.ask = null;
    this.state.value = { status: "idle", data: null, request: null, error: null };
  }

  private async run<W>(request: ApiRequest, read: (answer: W) => T): Promise<void> {
    this.running?.abort();
    clearTimeout(this.retryTimer);
    const running = new AbortController();
    this.running = running;
    this.state.value = { ...this.state.peek(), status: "loading", request };
    try {
      const answer = await send<W>(request, running.signal);
      if (running.signal.aborted) return;
      this.state.value = { status: "ready", data: read(answer), request, error: null };
    } catch (error) {
      if (running.signal.aborted) return;
      const failure =
        error instanceof ApiError
          ? error
          : new ApiError(
              request,
              200,
              "unreadable_answer",
              error instanceof Error ? error.message : String(error),
              null,
            );
      this.state.value = { ...this.state.peek(), status: "failed", error: failure };
      if (failure.status === 0) {
        this.retryTimer = window.setTimeout(() => this.retry(), this.retryMillis);
        this.retryMillis = Math.min(LAST_RETRY_MILLIS, this.retryMillis * 2);
      }
    }
  }
}
