import { Panel } from "../../components/Panel.tsx";
import type { PanelState } from "../../logic/panelState.ts";

const request = {
  path: "/querier.v1.QuerierService/SelectMergeStacktraces",
  body: { labelSelector: '{service_name="shop"}' },
};
const nothing = () => {};

const stories: readonly { readonly title: string; readonly state: PanelState }[] = [
  { title: "Ready", state: { kind: "ready", stale: false } },
  { title: "Ready, refreshing", state: { kind: "ready", stale: true } },
  { title: "Loading", state: { kind: "loading" } },
  {
    title: "Empty",
    state: {
      kind: "empty",
      title: "The matchers leave nothing",
      reason: 'With component="fitness" no series is left.',
      actions: [{ title: 'Remove component="fitness"', run: nothing }],
    },
  },
  {
    title: "Partial",
    state: {
      kind: "partial",
      stale: false,
      note: "4.1 % of the value is in frames too small to be sent.",
      actions: [{ title: "Ask for 8 times as many", run: nothing }],
    },
  },
  {
    title: "Too much",
    state: {
      kind: "tooMuch",
      title: "More than the server answers at once",
      reason: "the query time range exceeds the limit (max_query_length, actual: 720h0m0s, limit: 24h0m0s)",
      actions: [{ title: "Show the last hour", run: nothing }],
    },
  },
  {
    title: "Error without content",
    state: {
      kind: "error",
      hasContent: false,
      failure: {
        request,
        status: 500,
        code: "internal",
        message: "segment 41: checksum differs",
        retryAfterSeconds: null,
      },
    },
  },
  {
    title: "Error over old content",
    state: {
      kind: "error",
      hasContent: true,
      failure: {
        request,
        status: 429,
        code: "resource_exhausted",
        message: "too busy",
        retryAfterSeconds: 3,
      },
    },
  },
  {
    title: "Unreachable",
    state: {
      kind: "error",
      hasContent: false,
      failure: { request, status: 0, code: "unreachable", message: "", retryAfterSeconds: null },
    },
  },
];

/// Every state a panel can be in, side by side, for people and for screenshots.
export function StatesPage() {
  return (
    <main class="stories">
      <h1 class="first-title">Panel states</h1>
      <div class="stories-grid">
        {stories.map(({ title, state }) => (
          <Panel
            key={title}
            name={title}
            title={title}
            className="story"
            state={state}
            request={request}
            onRetry={nothing}
            onCancel={nothing}
          >
            <div class="story-content">
              <span />
              <span />
              <span />
            </div>
          </Panel>
        ))}
      </div>
    </main>
  );
}
