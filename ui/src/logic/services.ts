import type { SeriesResponse } from "../types/wire.ts";
import { compareTypes, type ProfileTypeInfo, readProfileType } from "./profileType.ts";

/// A service and what it sends, CPU first.
export interface Service {
  readonly name: string;
  readonly types: readonly ProfileTypeInfo[];
}

/// Services by name, from series projected on `service_name` and `__profile_type__`.
export function readServices(response: SeriesResponse): Service[] {
  const types = new Map<string, Set<string>>();
  for (const { labels } of response.labelsSet ?? []) {
    const name = labels?.find((label) => label.name === "service_name")?.value;
    const type = labels?.find((label) => label.name === "__profile_type__")?.value;
    if (!name || !type) continue;
    if (!types.has(name)) types.set(name, new Set());
    types.get(name)!.add(type);
  }
  return [...types.entries()]
    .map(([name, ids]) => ({ name, types: [...ids].map(readProfileType).sort(compareTypes) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/// The service and type to show when the address names none or only one of them: the named service, else the first
/// that sends CPU, else the first; its named type, else its first. Null without any service.
export function chooseSelection(
  services: readonly Service[],
  service: string,
  profileType: string,
): { service: string; profileType: string } | null {
  if (service && profileType) return { service, profileType };
  const chosen =
    services.find(({ name }) => name === service) ??
    (service ? undefined : (services.find(({ types }) => types[0]?.measure === "cpuTime") ?? services[0]));
  if (!chosen) return service ? { service, profileType } : null;
  return { service: chosen.name, profileType: profileType || chosen.types[0]!.id };
}

/// Labels worth offering: not the server's private ones, not the service, which has its own place.
export function visibleLabels(names: readonly string[]): string[] {
  return names.filter((name) => !/^__.*__$/.test(name) && name !== "service_name");
}
