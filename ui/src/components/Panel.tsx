import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type ApiRequest, toCurl } from "../logic/curl.ts";
import { type Failure, failureDetails, type PanelAction, type PanelState } from "../logic/panelState.ts";
import { CopyButton } from "./CopyButton.tsx";
import { Icon } from "./Icon.tsx";
import { Popup } from "./Popup.tsx";

/// The frame around every piece of data: a header, the exact request behind it, and the five states (empty, loading,
/// partial, error, too much). Content that is being replaced stays, dimmed.
export function Panel({
  name,
  title,
  tools,
  state,
  request,
  onRetry,
  onCancel,
  className = "",
  children,
}: {
  name: string;
  title: ComponentChildren;
  tools?: ComponentChildren;
  state: PanelState;
  request: ApiRequest | null;
  onRetry: () => void;
  onCancel: () => void;
  className?: string;
  children: ComponentChildren;
}) {
  const busy =
    state.kind === "loading" || ((state.kind === "ready" || state.kind === "partial") && state.stale);
  const showsContent =
    state.kind === "ready" || state.kind === "partial" || (state.kind === "error" && state.hasContent);
  return (
    <section class={`panel ${className}`} aria-label={name} aria-busy={busy} data-state={state.kind}>
      <header class="panel-head">
        <h2 class="panel-title">{title}</h2>
        <div class="panel-tools">
          {tools}
          {request && <RequestInfo request={request} />}
        </div>
        {busy && <Progress onCancel={onCancel} />}
      </header>
      {state.kind === "partial" && <Note note={state.note} actions={state.actions} />}
      {state.kind === "error" && (
        <ErrorBox failure={state.failure} compact={state.hasContent} onRetry={onRetry} />
      )}
      {showsContent && (
        <div class={`panel-body ${busy || state.kind === "error" ? "panel-stale" : ""}`}>{children}</div>
      )}
      {state.kind === "loading" && <div class="panel-body panel-skeleton" />}
      {(state.kind === "empty" || state.kind === "tooMuch") && (
        <div class="panel-body panel-message">
          <p class="message-title">{state.title}</p>
          <p class="message-text">{state.reason}</p>
          <Actions actions={state.actions} />
        </div>
      )}
    </section>
  );
}

function Actions({ actions }: { actions: readonly PanelAction[] }) {
  if (actions.length === 0) return null;
  return (
    <div class="message-actions">
      {actions.map(({ title, run }) => (
        <button key={title} type="button" class="button" onClick={run}>
          {title}
        </button>
      ))}
    </div>
  );
}

function Note({ note, actions }: { note: string; actions: readonly PanelAction[] }) {
  return (
    <div class="panel-note">
      <Icon name="warning" />
      <span>{note}</span>
      <Actions actions={actions} />
    </div>
  );
}

const BAR_AFTER_MILLIS = 120;
const CANCEL_AFTER_MILLIS = 1000;

/// Nothing for answers that come at once, then a bar, then a way out.
function Progress({ onCancel }: { onCancel: () => void }) {
  const [elapsed, setElapsed] = useState<0 | 1 | 2>(0);
  useEffect(() => {
    const bar = setTimeout(() => setElapsed(1), BAR_AFTER_MILLIS);
    const cancel = setTimeout(() => setElapsed(2), CANCEL_AFTER_MILLIS);
    return () => {
      clearTimeout(bar);
      clearTimeout(cancel);
    };
  }, []);
  return (
    <>
      {elapsed >= 2 && (
        <button type="button" class="button panel-cancel" onClick={onCancel}>
          Cancel
        </button>
      )}
      {elapsed >= 1 && <div class="panel-progress" role="progressbar" aria-label="Loading" />}
    </>
  );
}

function ErrorBox({
  failure,
  compact,
  onRetry,
}: {
  failure: Failure;
  compact: boolean;
  onRetry: () => void;
}) {
  const { status, code, message, retryAfterSeconds } = failure;
  return (
    <div class={compact ? "panel-note panel-error" : "panel-body panel-message panel-error"} role="alert">
      <p class="message-title">
        {status === 0 ? "Server cannot be reached" : `The server answered ${status}`}
        <span class="message-code">{code}</span>
      </p>
      <p class="message-text">
        {status === 0 ? "It is asked again by itself until it answers." : message}
        {retryAfterSeconds !== null && `; it asks to wait ${retryAfterSeconds} s`}
      </p>
      <div class="message-actions">
        <button type="button" class="button" onClick={onRetry}>
          Retry
        </button>
        <CopyButton text={failureDetails(failure)} title="Copy details" />
      </div>
    </div>
  );
}

function RequestInfo({ request }: { request: ApiRequest }) {
  const [open, setOpen] = useState(false);
  const command = toCurl(request, location.origin);
  return (
    <div class="popup-host">
      <button
        type="button"
        class="button button-icon"
        aria-label="Show the request behind this panel"
        title="Show the request behind this panel"
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="info" />
      </button>
      {open && (
        <Popup label="Request behind this panel" wide onClose={() => setOpen(false)}>
          <p class="popup-text">This panel shows the answer to exactly this request:</p>
          <pre class="code" tabIndex={0}>
            {command}
          </pre>
          <CopyButton text={command} title="Copy as curl" />
        </Popup>
      )}
    </div>
  );
}
