import type { ApiRequest } from "./curl.ts";

/// What a panel can be in. "ready" may carry a note, which makes it partial; `stale` content is drawn dimmed.
export type PanelState =
  | { readonly kind: "loading" }
  | { readonly kind: "ready"; readonly stale: boolean }
  | {
      readonly kind: "partial";
      readonly stale: boolean;
      readonly note: string;
      readonly actions: readonly PanelAction[];
    }
  | {
      readonly kind: "empty";
      readonly title: string;
      readonly reason: string;
      readonly actions: readonly PanelAction[];
    }
  | {
      readonly kind: "tooMuch";
      readonly title: string;
      readonly reason: string;
      readonly actions: readonly PanelAction[];
    }
  | { readonly kind: "error"; readonly failure: Failure; readonly hasContent: boolean };

export interface PanelAction {
  readonly title: string;
  readonly run: () => void;
}

/// A failed request, as shown and as copied.
export interface Failure {
  readonly request: ApiRequest;
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds: number | null;
}

/// The state of an answer before its content is looked at; null when there is content to show or an empty answer to
/// explain. A refusal because of size is "too much", not an error.
export function waitingState(
  resource: { status: string; data: unknown; error: Failure | null },
  shorten: PanelAction,
): PanelState | null {
  const { status, data, error } = resource;
  if (status === "failed" && error) {
    if (isTooMuch(error)) {
      return {
        kind: "tooMuch",
        title: "More than the server answers at once",
        reason: error.message,
        actions: [shorten],
      };
    }
    return { kind: "error", failure: error, hasContent: data !== null };
  }
  return data === null ? { kind: "loading" } : null;
}

function isTooMuch({ status, message }: Failure): boolean {
  return (
    (status === 400 || status === 413 || status === 422 || status === 429) &&
    /exceeds the limit|too many|limit exceeded/i.test(message)
  );
}

/// The failure as text for a bug report.
export function failureDetails({ request, status, code, message }: Failure): string {
  return `${message}\nstatus ${status}, code ${code}\n${request.path}\n${JSON.stringify(request.body)}`;
}
