import { useEffect, useMemo, useState } from "preact/hooks";
import { send } from "../../api/client.ts";
import { profileStatsRequest, statusRequest } from "../../api/requests.ts";
import { CopyButton } from "../../components/CopyButton.tsx";
import { Icon, Mark } from "../../components/Icon.tsx";
import { cycleTheme, themeChoice } from "../../components/theme.ts";
import { formatAge } from "../../logic/format.ts";
import { firstRunSnippets } from "../../logic/snippets.ts";
import { formatDateTime } from "../../logic/timeRange.ts";
import type { ProfileStatsResponse, RejectedRequest, StatusResponse } from "../../types/wire.ts";

const POLL_MILLIS = 2000;

/// Shown while the server has never stored a profile: how to send one, and why the last attempt was refused. Leaves by
/// itself when the first profile arrives.
export function FirstRunPage({ onArrived }: { onArrived: () => void }) {
  const status = useStatus(onArrived);
  const snippets = useMemo(() => firstRunSnippets(location.origin), []);
  const [tab, setTab] = useState(0);
  const snippet = snippets[tab]!;
  return (
    <>
      <header class="bar">
        <div class="bar-row">
          <h1 class="brand">
            <Mark />
            Flamekeeper
          </h1>
          {status.version && <span class="bar-version">{status.version}</span>}
          <div class="bar-tools">
            <button
              type="button"
              class="button button-icon"
              aria-label={`Theme: ${themeChoice.value}`}
              onClick={cycleTheme}
            >
              <Icon name={themeChoice.value} />
            </button>
          </div>
        </div>
      </header>
      <main class="first">
        <div class="first-state" role="status">
          <span class={`first-dot ${status.reachable ? "" : "first-dot-lost"}`} />
          {status.reachable
            ? `Waiting for the first profile at ${location.origin}`
            : "The server cannot be reached, asking again…"}
        </div>
        <h2 class="first-title">No profile has arrived yet</h2>
        <p class="first-text">
          Point a profiler at this address. Pyroscope's SDKs and agents work unchanged; this page opens the
          first flame graph by itself.
        </p>
        <section class="panel first-panel" aria-label="How to send a profile">
          <div class="tabs">
            <div role="group" aria-label="Client">
              {snippets.map(({ title }, index) => (
                <button
                  key={title}
                  type="button"
                  class="tab"
                  aria-pressed={index === tab}
                  onClick={() => setTab(index)}
                >
                  {title}
                </button>
              ))}
            </div>
            <CopyButton text={snippet.code} title="Copy" />
          </div>
          <div>
            <p class="snippet-note">{snippet.note}</p>
            <pre class="code" tabIndex={0}>
              {snippet.code}
            </pre>
          </div>
        </section>
        <Rejected request={status.rejected} />
      </main>
    </>
  );
}

function Rejected({ request }: { request: RejectedRequest | null }) {
  if (!request)
    return (
      <p class="first-quiet">No request was refused so far. Refused requests show here with their reason.</p>
    );
  const millis = Number(request.timeMillis);
  return (
    <section class="panel rejected" aria-label="Last refused request">
      <h3 class="rejected-title">
        <Icon name="warning" />
        Last refused request, {formatAge(Date.now() - millis)}
      </h3>
      <p class="rejected-message">{request.message}</p>
      <dl class="rejected-facts">
        <dt>Status</dt>
        <dd>
          {request.status} {request.code}
        </dd>
        <dt>Path</dt>
        <dd>{request.path}</dd>
        <dt>Client</dt>
        <dd>{request.client || "unknown"}</dd>
        <dt>Time</dt>
        <dd>{formatDateTime(millis, "local")}</dd>
      </dl>
    </section>
  );
}

interface FirstRunStatus {
  readonly reachable: boolean;
  readonly version: string;
  readonly rejected: RejectedRequest | null;
}

/// Asks every two seconds. A server without the status route is asked for its profile statistics instead.
function useStatus(onArrived: () => void): FirstRunStatus {
  const [status, setStatus] = useState<FirstRunStatus>({ reachable: true, version: "", rejected: null });
  useEffect(() => {
    const stop = new AbortController();
    let timer = 0;
    const poll = async () => {
      try {
        const [answer, stats] = await Promise.allSettled([
          send<StatusResponse>(statusRequest(), stop.signal),
          send<ProfileStatsResponse>(profileStatsRequest(), stop.signal),
        ]);
        if (stop.signal.aborted) return;
        const known = answer.status === "fulfilled" ? answer.value : null;
        const arrived = stats.status === "fulfilled" && stats.value.dataIngested === true;
        if (arrived) return onArrived();
        setStatus((before) => ({
          reachable: known !== null || stats.status === "fulfilled",
          version: known?.version ?? before.version,
          rejected: known ? (known.lastRejected ?? null) : before.rejected,
        }));
      } finally {
        if (!stop.signal.aborted) timer = window.setTimeout(poll, POLL_MILLIS);
      }
    };
    void poll();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [onArrived]);
  return status;
}
