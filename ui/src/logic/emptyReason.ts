import type { Matcher } from "../types/selection.ts";
import { printMatcher } from "./selector.ts";
import type { Service } from "./services.ts";

/// Why a selection has no data, found by asking the server step by step.
export type EmptyReason =
  | { readonly kind: "noServiceInRange"; readonly newestMillis: number | null }
  | { readonly kind: "typeNotSent"; readonly types: readonly { id: string; title: string }[] }
  | { readonly kind: "matcherKills"; readonly index: number; readonly text: string }
  | { readonly kind: "noSamples" };

/// What is known after asking: the service's entry for the range, and for each count of matchers from the left
/// whether any series is left.
export function emptyReason(
  service: Service | undefined,
  profileType: string,
  matchers: readonly Matcher[],
  seriesLeft: readonly boolean[],
  newestMillis: number | null,
): EmptyReason {
  if (!service) return { kind: "noServiceInRange", newestMillis };
  if (!service.types.some(({ id }) => id === profileType))
    return { kind: "typeNotSent", types: service.types };
  const index = seriesLeft.indexOf(false);
  return index === -1
    ? { kind: "noSamples" }
    : { kind: "matcherKills", index, text: printMatcher(matchers[index]!) };
}
